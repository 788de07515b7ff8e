import { ApiError } from './api-error.js';
import { refusal } from './request.js';

/** Undefined where something between the page and the server has answered in its place. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends a form with PUT; `onProgress` gets the part that has been sent, 0…1. Throws ApiError. */
export function uploadForm(
  url: string,
  form: FormData,
  onProgress: (part: number) => void,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  // fetch tells nothing about the progress of what it sends.
  const transfer = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    transfer.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) transfer.setRequestHeader(name, value);
    transfer.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    transfer.onload = () => {
      const { status, responseText } = transfer;
      if (status < 200 || status > 299) reject(refusal(status, responseText));
      else resolve(parsed(responseText));
    };
    transfer.onabort = () => reject(new ApiError('aborted', 'The upload was stopped.'));
    transfer.onerror = () => reject(new ApiError('offline', 'The server does not answer. Nothing is lost: try again.'));
    transfer.send(form);
  });
}
