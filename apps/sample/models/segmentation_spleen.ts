import {
  Activationsd,
  AdamW,
  AsDiscreted,
  defineModel,
  DiceCELoss,
  EnsureChannelFirstd,
  KeepLargestConnectedComponentd,
  LoadImaged,
  Orientationd,
  RandCropByPosNegLabeld,
  RandScaleIntensityd,
  RandShiftIntensityd,
  ScaleIntensityd,
  ScaleIntensityRanged,
  SlidingWindowInferer,
  Spacingd,
  SpatialPadd,
  UNet,
  type TransformSpec,
} from 'monailabel';

/** To RAS, 3 mm and the soft-tissue window, scaled to [-1, 1]; a label is resampled to its nearest voxel. */
function prepare(keys: readonly ('image' | 'label')[]): TransformSpec[] {
  return [
    LoadImaged({ keys }),
    EnsureChannelFirstd({ keys }),
    Orientationd({ keys, axcodes: 'RAS' }),
    Spacingd({ keys, pixdim: [3, 3, 3], mode: keys.map((key) => (key === 'label' ? 'nearest' : 'bilinear')) }),
    ScaleIntensityRanged({ keys: 'image', a_min: -57, a_max: 164, b_min: 0, b_max: 1, clip: true }),
    ScaleIntensityd({ keys: 'image', minv: -1, maxv: 1 }),
  ];
}

const inferer = SlidingWindowInferer({ roi_size: [96, 96, 96], sw_batch_size: 1, overlap: 0.25 });

/** The spleen in the phantoms of the sample data, on a coarse grid so that training takes minutes. */
export default defineModel({
  name: 'segmentation_spleen',
  labels: { spleen: 1 },
  build: ({ classes }) => ({
    type: 'segmentation',
    description: 'A small model for volumetric (3D) segmentation of the spleen from CT image',
    dimension: 3,
    network: UNet({
      spatial_dims: 3,
      in_channels: 1,
      out_channels: classes,
      channels: [8, 16, 32, 64],
      strides: [2, 2, 2],
      num_res_units: 2,
      norm: 'batch',
    }),
    infer: {
      preTransforms: prepare(['image']),
      inferer,
      postTransforms: [
        Activationsd({ keys: 'pred', softmax: true }),
        AsDiscreted({ keys: 'pred', argmax: true }),
        KeepLargestConnectedComponentd({ keys: 'pred' }),
      ],
    },
    train: {
      description: 'Train Spleen Segmentation Model',
      // MONAI Label crops anywhere; half of these crops lie on the label, so that a few small labels already teach. Five
      // cases do not show every phase of contrast: drawn intensities stand in for those that are missing.
      trainTransforms: [
        ...prepare(['image', 'label']),
        SpatialPadd({ keys: ['image', 'label'], spatial_size: [64, 64, 64] }),
        RandCropByPosNegLabeld({
          keys: ['image', 'label'],
          label_key: 'label',
          spatial_size: [64, 64, 64],
          num_samples: 4,
        }),
        RandScaleIntensityd({ keys: 'image', factors: 0.2, prob: 0.5 }),
        RandShiftIntensityd({ keys: 'image', offsets: 0.3, prob: 0.5 }),
      ],
      validationTransforms: prepare(['image', 'label']),
      validationInferer: inferer,
      loss: DiceCELoss({ to_onehot_y: true, softmax: true, squared_pred: true, batch: true }),
      optimizer: AdamW({ lr: 1e-3, weight_decay: 1e-5 }),
    },
  }),
});
