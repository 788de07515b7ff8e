import type { NVImage } from '@niivue/niivue';
import type { Vec3 } from '../labelmap/grid.js';
import type { ImageGeometry } from './geometry.js';

export interface LoadedImage {
  readonly geometry: ImageGeometry;
  /** The intensity at a voxel in RAS order, as the header scales it. */
  valueAt(voxel: Vec3): number;
  /** All voxels in RAS order as they are stored, and how they become intensities. Made when first asked for. */
  intensities(): { readonly voxels: ArrayLike<number>; readonly slope: number; readonly intercept: number };
  /** The window that shows all but the lowest and highest 2 % of the middle of the image. */
  readonly percentileWindow: readonly [low: number, high: number];
  /** Whether its values look like Hounsfield units. */
  readonly isCt: boolean;
}

/**
 * NiiVue prefers the form with the higher code, nibabel and the server always the sform: with a higher qform code the
 * two may differ in orientation. Only the order of voxels (permRAS) and the millimetres shown follow NiiVue's choice;
 * what is sent is voxels in the order of the file, so labels lie right in any case.
 */
export function describeImage(image: NVImage): LoadedImage {
  const { hdr, permRAS, dimsRAS, pixDimsRAS, img2RASstep, img2RASstart, img } = image;
  if (!hdr || !permRAS || !dimsRAS || !pixDimsRAS || !img2RASstep || !img2RASstart || !img) {
    throw new Error('The image has no voxels to show');
  }
  const slope = hdr.scl_slope === 0 || !Number.isFinite(hdr.scl_slope) ? 1 : hdr.scl_slope;
  const intercept = Number.isFinite(hdr.scl_inter) ? hdr.scl_inter : 0;
  const first = img2RASstart.reduce((sum, start) => sum + start, 0);
  let inRasOrder: ArrayLike<number> | undefined;
  return {
    geometry: {
      grid: { size: lastThree(dimsRAS), spacing: lastThree(pixDimsRAS.map(Math.abs)) },
      sizeFile: lastThree(hdr.dims),
      permRAS: permRAS as unknown as Vec3,
      affine: hdr.affine,
    },
    valueAt: (voxel) => {
      const index = voxel.reduce((sum, position, axis) => sum + position * img2RASstep[axis]!, first);
      return Number(img[index] ?? NaN) * slope + intercept;
    },
    intensities: () => {
      inRasOrder ??= image.img2RAS() as ArrayLike<number>;
      return { voxels: inRasOrder, slope, intercept };
    },
    percentileWindow: [image.robust_min ?? 0, image.robust_max ?? 1],
    isCt: (image.global_min ?? 0) <= -500 && (image.global_max ?? 0) >= 200,
  };
}

/** NIfTI counts the axes from 1. */
function lastThree(values: ArrayLike<number>): Vec3 {
  return [values[1]!, Math.max(values[2]!, 1), Math.max(values[3]!, 1)];
}
