import {
  AsDiscreted,
  defineModel,
  EnsureChannelFirstd,
  GrowFromClicksd,
  LoadImaged,
  Orientationd,
  Spacingd,
} from 'monailabel';

const keys = 'image';

/** Organs of even tissue grown from clicks: interactive, without a network and without training. */
export default defineModel({
  name: 'grow_from_clicks',
  labels: { spleen: 1, liver: 2 },
  build: ({ classes }) => ({
    type: 'deepedit',
    description: 'Grows each organ from clicks into it; clicks on the background hold it back',
    dimension: 3,
    infer: {
      preTransforms: [
        LoadImaged({ keys }),
        EnsureChannelFirstd({ keys }),
        Orientationd({ keys, axcodes: 'RAS' }),
        Spacingd({ keys, pixdim: [3, 3, 3] }),
        GrowFromClicksd({ keys, classes, tolerance: 12, reach: 90 }),
      ],
      postTransforms: [AsDiscreted({ keys: 'pred', argmax: true })],
    },
  }),
});
