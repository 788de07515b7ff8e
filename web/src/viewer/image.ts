import { NVImage } from '@niivue/niivue';
import type { Vec3 } from '../labelmap/grid.js';
import type { ImageGeometry } from './geometry.js';

export interface LoadedImage {
  /** For the scene. */
  readonly nvImage: NVImage;
  readonly geometry: ImageGeometry;
  /** The intensity at a voxel in RAS order, as the header scales it. */
  valueAt(voxel: Vec3): number;
  /** All voxels in RAS order as they are stored, and how they become intensities. Made when first asked for. */
  intensities(): { readonly voxels: ArrayLike<number>; readonly slope: number; readonly intercept: number };
  /** The window that shows all but the lowest and highest 2 % of the middle of the image. */
  readonly percentileWindow: readonly [low: number, high: number];
  /** What it opens with: soft tissue for CT. */
  readonly firstWindow: readonly [low: number, high: number];
  /** Whether its values look like Hounsfield units. */
  readonly isCt: boolean;
  /** Voxels that were no finite numbers; the lowest or highest value stands for them. */
  readonly notFinite: number;
  /** Whether its file says how it lies in the patient. */
  readonly isOriented: boolean;
}

/** Reads an inflated NIfTI or NRRD file; `name` tells which. Throws for what cannot be read. */
export async function readImage(file: ArrayBuffer, name: string): Promise<LoadedImage> {
  return describeImage(await NVImage.loadFromUrl({ url: file, name }));
}

/**
 * NiiVue prefers the form with the higher code, nibabel and the server always the sform: with a higher qform code the
 * two may differ in orientation. Only the order of voxels (permRAS) and the millimetres shown follow NiiVue's choice;
 * what is sent is voxels in the order of the file, so labels lie right in any case.
 */
function describeImage(image: NVImage): LoadedImage {
  const { hdr, permRAS, dimsRAS, pixDimsRAS, img2RASstep, img2RASstart, img } = image;
  if (!hdr || !permRAS || !dimsRAS || !pixDimsRAS || !img2RASstep || !img2RASstart || !img) {
    throw new Error('The image has no voxels to show');
  }
  const notFinite = replaceNotFinite(img);
  // NiiVue has looked for the range of values while it read the file.
  if (notFinite > 0) image.calMinMax();
  const slope = hdr.scl_slope === 0 || !Number.isFinite(hdr.scl_slope) ? 1 : hdr.scl_slope;
  const intercept = Number.isFinite(hdr.scl_inter) ? hdr.scl_inter : 0;
  const first = img2RASstart.reduce((sum, start) => sum + start, 0);
  const isCt = lowestOfSample(img) * slope + intercept <= -500;
  const percentileWindow = [image.robust_min ?? 0, image.robust_max ?? 1] as const;
  let inRasOrder: ArrayLike<number> | undefined;
  return {
    geometry: {
      grid: { size: voxelCounts(dimsRAS), spacing: lastThree(pixDimsRAS.map(Math.abs)) },
      sizeFile: voxelCounts(hdr.dims),
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
    percentileWindow,
    firstWindow: isCt ? [-160, 240] : percentileWindow,
    isCt,
    notFinite,
    isOriented: hdr.qform_code > 0 || hdr.sform_code > 0,
    nvImage: image,
  };
}

/** As the server reads them: one voxel that is no number would spoil the range of all. Returns how many there were. */
function replaceNotFinite(voxels: ArrayLike<number | bigint>): number {
  if (!(voxels instanceof Float32Array || voxels instanceof Float64Array)) return 0;
  let [lowest, highest, count] = [Infinity, -Infinity, 0];
  for (const value of voxels) {
    if (!Number.isFinite(value)) count++;
    else [lowest, highest] = [Math.min(lowest, value), Math.max(highest, value)];
  }
  if (count === 0) return 0;
  if (count === voxels.length) throw new Error('No voxel of the image is a number');
  voxels.forEach((value, index) => {
    if (!Number.isFinite(value)) voxels[index] = value > 0 ? highest : lowest;
  });
  return count;
}

/** Air around or in the patient gives a CT away; a hundred thousand voxels are enough to meet it. */
function lowestOfSample(voxels: ArrayLike<number | bigint>): number {
  const step = Math.max(Math.floor(voxels.length / 100_003), 1);
  let lowest = Infinity;
  for (let index = 0; index < voxels.length; index += step) lowest = Math.min(lowest, Number(voxels[index]));
  return lowest;
}

/** Axes that a file does not have are one voxel long. */
function voxelCounts(dims: ArrayLike<number>): Vec3 {
  const [x, y, z] = lastThree(dims);
  return [x, Math.max(y, 1), Math.max(z, 1)];
}

/** NIfTI counts the axes from 1. */
function lastThree(values: ArrayLike<number>): Vec3 {
  return [values[1]!, values[2]!, values[3]!];
}
