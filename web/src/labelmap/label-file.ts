import type { Vec3 } from './grid.js';

export type GeometrySource =
  | { readonly header: Uint8Array }
  | { readonly size: Vec3; readonly affine: readonly (readonly number[])[] };

export declare function readLabelFile(bytes: Uint8Array): Promise<{ size: Vec3; voxels: Uint8Array }>;
export declare function writeLabelFile(source: GeometrySource, voxels: Uint8Array): Uint8Array<ArrayBuffer>;
