import { fileExtension } from './file-name.js';

const mediaTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
  '.dcm': 'application/dicom',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.txt': 'text/plain; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** By the file's name, as MONAI Label's server says it: volumes and what is unknown are octet streams. */
export function mediaType(name: string): string {
  return mediaTypes[fileExtension(name)] ?? 'application/octet-stream';
}
