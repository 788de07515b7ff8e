import type { Vec3 } from './grid.js';

export declare function toFileOrder(drawing: Uint8Array, permRAS: Vec3, sizeFile: Vec3): Uint8Array;
export declare function toRasOrder(fileVoxels: Uint8Array, permRAS: Vec3, sizeFile: Vec3): Uint8Array;
