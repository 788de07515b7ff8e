/** Label files that other programs wrote, laid on cases of the page's tests, and what a second reader finds in them. */

import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as nifti from 'nifti-reader-js';
import { packageRoot } from '../../lib/package-root.js';
import type { Vec3 } from './geometry.js';
import type { ServerProcess } from '../fixtures/server-process.js';

const folder = path.join(packageRoot, 'test', 'fixtures', 'labels');

export interface Volume {
  readonly size: Vec3;
  readonly affine: number[][];
  /** First axis of the file fastest. */
  readonly voxels: readonly number[];
}

interface Organ {
  readonly voxels: number;
  /** RAS millimetres. */
  readonly middle: Vec3;
}

export interface Truth {
  readonly file: string;
  readonly image: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly organs: Readonly<Record<string, Organ>>;
  /** By value. */
  readonly needsNames: Readonly<Record<string, Organ>>;
  readonly tolerance: { readonly voxels: number; readonly mm: number };
}

/** The n-th entry about a file. */
export async function truthOf(file: string, n = 0): Promise<Truth> {
  const all = JSON.parse(await readFile(path.join(folder, 'truth.json'), 'utf8')) as Truth[];
  return all.filter((each) => each.file === file)[n]!;
}

/** Copies an image of the fixtures under the id of a case. */
export function copyImage(image: string, studies: string, id: string): Promise<void> {
  return copyFile(path.join(folder, image), path.join(studies, `${id}.nii.gz`));
}

export function labelFixture(file: string): Promise<Buffer> {
  return readFile(path.join(folder, file));
}

/** Submits a label as other clients do. */
export async function putLabel(
  server: ServerProcess,
  id: string,
  file: string,
  bytes: Uint8Array,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  const form = new FormData();
  form.append('params', JSON.stringify(params));
  form.append('label', new Blob([new Uint8Array(bytes)]), file);
  const reply = await fetch(`${server.url}/datastore/label?image=${id}&tag=final`, { method: 'PUT', body: form });
  if (!reply.ok) throw new Error(`${file}: ${await reply.text()}`);
}

/** The stored label on the grid of its image, as the server places it. */
export async function placedLabel(server: ServerProcess, id: string): Promise<Volume> {
  const reply = await fetch(`${server.url}/datastore/label/placed?label=${id}&tag=final`);
  return readVolume(new Uint8Array(await reply.arrayBuffer()));
}

export async function labelInfo(server: ServerProcess, id: string): Promise<Readonly<Record<string, unknown>>> {
  const reply = await fetch(`${server.url}/datastore/label/info?label=${id}&tag=final`);
  return (await reply.json()) as Record<string, unknown>;
}

/** Of whole numbers of any type. */
export function readVolume(bytes: Uint8Array): Volume {
  const file = new Uint8Array(bytes).buffer;
  const inflated = nifti.isCompressed(file) ? (nifti.decompress(file) as ArrayBuffer) : file;
  const header = nifti.readHeader(inflated);
  const data = nifti.readImage(header, inflated);
  const types = { 2: Uint8Array, 4: Int16Array, 8: Int32Array, 512: Uint16Array } as const;
  const type = types[header.datatypeCode as keyof typeof types];
  if (type === undefined) throw new Error(`It has the type ${header.datatypeCode}`);
  const [, x, y, z] = header.dims as [number, number, number, number];
  return { size: [x, y, Math.max(z, 1)], affine: header.affine, voxels: Array.from(new type(data)) };
}

/** Voxels of a value, and their middle in RAS millimetres. */
export function organIn({ size, affine, voxels }: Volume, value: number): Organ {
  const sum = [0, 0, 0];
  let count = 0;
  voxels.forEach((each, index) => {
    if (each !== value) return;
    count++;
    sum[0]! += index % size[0];
    sum[1]! += Math.floor(index / size[0]) % size[1];
    sum[2]! += Math.floor(index / (size[0] * size[1]));
  });
  const voxel = [...sum.map((each) => each / count), 1];
  const along = (row: number): number => voxel.reduce((all, each, axis) => all + affine[row]![axis]! * each, 0);
  return { voxels: count, middle: [along(0), along(1), along(2)] };
}
