/** Requests to the server that this page came from; every failure is an ApiError in words for the person at the page. */

import { ApiError } from './api-error.js';

export { ApiError };

const prefix = document.body.dataset['api'] ?? '';

export function address(path: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `${prefix}${path}${search === '' ? '' : `?${search}`}`;
}

/** Resolves with an answer of status 2xx. Throws ApiError. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    // Browsers take a file that is older for fresh, and would show an image that has been replaced meanwhile.
    response = await fetch(url, { cache: 'no-cache', ...init });
  } catch (error) {
    throw failure(error);
  }
  if (!response.ok) throw refusal(response.status, await response.text().catch(() => ''));
  return response;
}

export async function requestJson<Answer>(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await request(url, init);
  return (await response.json()) as Answer;
}

export function jsonBody(method: string, body: unknown): RequestInit {
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** What broke off a transfer. */
export function failure(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return new ApiError('aborted', 'Stopped');
  return new ApiError('offline', 'The server does not answer. Is it running? The page tries again by itself.');
}

/** An answer that is not 2xx, in the server's own words where it has some. */
export function refusal(status: number, text: string): ApiError {
  return new ApiError('refused', detailOf(text) ?? `The server answered with status ${status}`, status);
}

function detailOf(text: string): string | undefined {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
    if (Array.isArray(detail)) return detail.map((problem: { msg?: string }) => problem.msg ?? '').join('; ');
  } catch {
    // Not JSON: a proxy's page, say.
  }
  return undefined;
}
