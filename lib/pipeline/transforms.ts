/**
 * Typed builders of the dictionary transforms that `native/core/transforms` runs. Names, arguments, defaults and meaning
 * are those of MONAI's transform of the same name. Sizes are voxels, spacings millimetres, axes (i, j, k) after
 * Orientationd; probabilities lie in [0, 1].
 */

import type { TransformSpec } from '../engine/types.js';
import { spec } from './spec.js';

/** Keys of the sample, "image", "label" or "pred", that a transform works on. */
export type Keys = string | readonly string[];
type Size = number | readonly number[];
type OneOrEach<Mode> = Mode | readonly Mode[];
type Corner = readonly [number, number, number];

function transform<Arguments extends { readonly keys: Keys }>(name: string) {
  return (args: Arguments): TransformSpec => spec('transform', name, args);
}

interface OnlyKeys {
  readonly keys: Keys;
}

/** Reads the file of each key as float32 with its affine. */
export const LoadImaged = transform<OnlyKeys>('LoadImaged');

/** Channel axis first; a file without one gets one. */
export const EnsureChannelFirstd = transform<OnlyKeys>('EnsureChannelFirstd');

/** Each of `orig_labels` becomes the one of `target_labels` at its place; other values stay. */
export const MapLabelValued = transform<
  OnlyKeys & { readonly orig_labels: readonly number[]; readonly target_labels: readonly number[] }
>('MapLabelValued');

/** Flips and permutes axes to `axcodes`, for example "RAS". */
export const Orientationd = transform<OnlyKeys & { readonly axcodes: string }>('Orientationd');

/**
 * Resamples to `pixdim` millimetres; a component ≤ 0 keeps the file's, and so does a spacing between `min_pixdim` and
 * `max_pixdim`. One mode for all keys, or one each. Keys of one grid end on one, unless `ensure_same_shape` is false.
 */
export const Spacingd = transform<
  OnlyKeys & {
    readonly pixdim: Size;
    readonly min_pixdim?: Size;
    readonly max_pixdim?: Size;
    readonly mode?: OneOrEach<'bilinear' | 'nearest'>;
    readonly ensure_same_shape?: boolean;
  }
>('Spacingd');

/**
 * To `spatial_size` voxels over the same extent; a component ≤ 0 keeps the image's. One mode for all keys, or one each;
 * MONAI's default, "area", is not supported.
 */
export const Resized = transform<
  OnlyKeys & { readonly spatial_size: Size; readonly mode: OneOrEach<'trilinear' | 'nearest'> }
>('Resized');

/** Reverses the axes `spatial_axis`, all when absent. */
export const Flipd = transform<OnlyKeys & { readonly spatial_axis?: Size }>('Flipd');

/** Turns by 90° `k` (1) times in the plane `spatial_axes` (0, 1), from the first axis towards the second. */
export const Rotate90d = transform<
  OnlyKeys & { readonly k?: number; readonly spatial_axes?: readonly [number, number] }
>('Rotate90d');

/** (x − a_min) / (a_max − a_min) · (b_max − b_min) + b_min, clipped to [b_min, b_max] with `clip`. */
export const ScaleIntensityRanged = transform<
  OnlyKeys & {
    readonly a_min: number;
    readonly a_max: number;
    readonly b_min?: number;
    readonly b_max?: number;
    readonly clip?: boolean;
  }
>('ScaleIntensityRanged');

/** The volume's own minimum and maximum become `minv` and `maxv` (0 and 1); or x · (1 + factor). */
export const ScaleIntensityd = transform<
  OnlyKeys & { readonly minv?: number | null; readonly maxv?: number | null; readonly factor?: number | null }
>('ScaleIntensityd');

/** x + offset. */
export const ShiftIntensityd = transform<OnlyKeys & { readonly offset: number }>('ShiftIntensityd');

/** Voxels above `threshold` (below it when `above` is false) stay, the others become `cval` (0). */
export const ThresholdIntensityd = transform<
  OnlyKeys & { readonly threshold: number; readonly above?: boolean; readonly cval?: number }
>('ThresholdIntensityd');

/** ((x − min) / (max − min))^gamma between the volume's own minimum and maximum. */
export const AdjustContrastd = transform<
  OnlyKeys & { readonly gamma: number; readonly invert_image?: boolean; readonly retain_stats?: boolean }
>('AdjustContrastd');

/** Convolves with a Gaussian of `sigma` voxels, zeros beyond the border. */
export const GaussianSmoothd = transform<OnlyKeys & { readonly sigma: Size; readonly approx?: 'erf' }>(
  'GaussianSmoothd',
);

/** Mean 0 and standard deviation 1, over the voxels that are not 0 with `nonzero`. */
export const NormalizeIntensityd = transform<
  OnlyKeys & {
    readonly subtrahend?: number;
    readonly divisor?: number;
    readonly nonzero?: boolean;
    readonly channel_wise?: boolean;
  }
>('NormalizeIntensityd');

/** Crops to the box where `source_key` is above 0, with `margin` voxels around it. */
export const CropForegroundd = transform<
  OnlyKeys & {
    readonly source_key: string;
    readonly margin?: Size;
    readonly k_divisible?: Size;
    readonly allow_smaller?: boolean;
  }
>('CropForegroundd');

/** The box of `roi_size` around `roi_center`, or from `roi_start` to before `roi_end`; what of it lies in the image. */
export const SpatialCropd = transform<
  OnlyKeys & {
    readonly roi_center?: Corner;
    readonly roi_size?: Size;
    readonly roi_start?: Corner;
    readonly roi_end?: Size;
  }
>('SpatialCropd');

/** `roi_size` voxels about the middle; a component ≤ 0 keeps the axis. */
export const CenterSpatialCropd = transform<OnlyKeys & { readonly roi_size: Size }>('CenterSpatialCropd');

/** Pads with zeros, half on either side, to at least `spatial_size`. */
export const SpatialPadd = transform<OnlyKeys & { readonly spatial_size: Size }>('SpatialPadd');

/** `num_samples` crops, centred on a voxel of the label with probability pos / (pos + neg), elsewhere otherwise. */
export const RandCropByPosNegLabeld = transform<
  OnlyKeys & {
    readonly label_key: string;
    readonly spatial_size: Size;
    readonly pos?: number;
    readonly neg?: number;
    readonly num_samples?: number;
    readonly image_key?: string;
    readonly image_threshold?: number;
    readonly allow_smaller?: boolean;
  }
>('RandCropByPosNegLabeld');

/** One crop of `roi_size`, anywhere. */
export const RandSpatialCropd = transform<OnlyKeys & { readonly roi_size: Size; readonly random_size?: boolean }>(
  'RandSpatialCropd',
);

/** Flips `spatial_axis` (all when absent) with probability `prob` (0.1). */
export const RandFlipd = transform<OnlyKeys & { readonly prob?: number; readonly spatial_axis?: Size }>('RandFlipd');

/** Turns by 90° one to `max_k` (3) times in the plane `spatial_axes` (0, 1). */
export const RandRotate90d = transform<
  OnlyKeys & { readonly prob?: number; readonly max_k?: number; readonly spatial_axes?: readonly [number, number] }
>('RandRotate90d');

/** Adds a number drawn from [−offsets, offsets]. */
export const RandShiftIntensityd = transform<OnlyKeys & { readonly offsets: Size; readonly prob?: number }>(
  'RandShiftIntensityd',
);

/** Multiplies by 1 + a number drawn from [−factors, factors]. */
export const RandScaleIntensityd = transform<OnlyKeys & { readonly factors: Size; readonly prob?: number }>(
  'RandScaleIntensityd',
);

/** Adjusts the contrast with a gamma drawn from a pair (0.5, 4.5), or from 0.5 to one number. */
export const RandAdjustContrastd = transform<
  OnlyKeys & {
    readonly prob?: number;
    readonly gamma?: Size;
    readonly invert_image?: boolean;
    readonly retain_stats?: boolean;
  }
>('RandAdjustContrastd');

/** Adds noise of `mean` (0) and a deviation drawn from 0 to `std` (0.1), or `std` when `sample_std` is false. */
export const RandGaussianNoised = transform<
  OnlyKeys & {
    readonly prob?: number;
    readonly mean?: number;
    readonly std?: number;
    readonly sample_std?: boolean;
  }
>('RandGaussianNoised');

/** Softmax over the channels, or a sigmoid of each. */
export const Activationsd = transform<OnlyKeys & { readonly softmax?: boolean; readonly sigmoid?: boolean }>(
  'Activationsd',
);

/** The channel of the largest value (`argmax`), and other ways to discrete values. */
export const AsDiscreted = transform<
  OnlyKeys & {
    readonly argmax?: boolean;
    readonly to_onehot?: number;
    readonly threshold?: number;
    readonly rounding?: 'none' | 'torchrounding';
  }
>('AsDiscreted');

/**
 * Keeps, of each label (of all together when `independent` is false), the largest component. Neighbours share a corner,
 * with `connectivity` 2 an edge, with 1 a face.
 */
export const KeepLargestConnectedComponentd = transform<
  OnlyKeys & {
    readonly applied_labels?: number | readonly number[];
    readonly independent?: boolean;
    readonly connectivity?: 1 | 2 | 3 | null;
  }
>('KeepLargestConnectedComponentd');

/**
 * Scores of `classes` classes (background included) under `output_key` ("pred"), grown from the clicks of the request:
 * through `tolerance` more or less of intensity a path counts twice its length; `reach` is the longest, in millimetres.
 */
export const GrowFromClicksd = transform<
  OnlyKeys & {
    readonly classes: number;
    readonly tolerance: number;
    readonly reach: number;
    readonly output_key?: string;
  }
>('GrowFromClicksd');
