import assert from 'node:assert/strict';
import type { InferRecipe, Model, TrainRecipe } from '../../lib/app/model.js';
import { AdamW, DiceLoss, LoadImaged, SimpleInferer, SliceInferer, spec, UNet } from '../../lib/pipeline/index.js';

const network = UNet({ spatial_dims: 3, in_channels: 1, out_channels: 2, channels: [4, 8], strides: [2] });
const loss = DiceLoss({ softmax: true });

describe('specs', () => {
  it('are a name and arguments when they cross to the core', () => {
    assert.equal(JSON.stringify(loss), '{"name":"DiceLoss","softmax":true}');
    assert.equal(JSON.stringify(SimpleInferer()), '{"name":"SimpleInferer"}');
    const slices = SliceInferer({ roi_size: [96, null], spatial_dim: 2, overlap: 0.5 });
    assert.equal(JSON.stringify(slices), '{"name":"SliceInferer","roi_size":[96,null],"spatial_dim":2,"overlap":0.5}');
  });

  it('can be written without a builder', () => {
    assert.deepEqual({ ...spec('loss', 'DiceLoss', { softmax: true }) }, { ...loss });
    assert.deepEqual({ ...spec('inferer', 'SimpleInferer') }, { ...SimpleInferer() });
  });

  it('of one kind do not compile in the place of another', () => {
    // The compiler complains about each of these lines that would be right.
    const wrong: readonly (Partial<Model> | Partial<TrainRecipe> | Partial<InferRecipe>)[] = [
      // @ts-expect-error: a loss is no network.
      { network: loss } satisfies Partial<Model>,
      // @ts-expect-error: a network is no loss.
      { loss: network } satisfies Partial<TrainRecipe>,
      // @ts-expect-error: an optimizer is no loss.
      { loss: AdamW() } satisfies Partial<TrainRecipe>,
      // @ts-expect-error: a loss is no optimizer.
      { optimizer: loss } satisfies Partial<TrainRecipe>,
      // @ts-expect-error: a network is no inferer.
      { inferer: network } satisfies Partial<InferRecipe>,
      // @ts-expect-error: an inferer is no transform.
      { preTransforms: [SimpleInferer()] } satisfies Partial<InferRecipe>,
      // @ts-expect-error: a transform is no inferer.
      { validationInferer: LoadImaged({ keys: 'image' }) } satisfies Partial<TrainRecipe>,
      // @ts-expect-error: what names no kind is nothing.
      { loss: { name: 'DiceLoss' } } satisfies Partial<TrainRecipe>,
      // @ts-expect-error: the way without a builder has kinds as well.
      { loss: spec('network', 'DiceLoss') } satisfies Partial<TrainRecipe>,
    ];
    const right = [{ network }, { loss }, { loss: spec('loss', 'DiceLoss') }] satisfies Partial<Model & TrainRecipe>[];
    assert.deepEqual([wrong.length, right.length], [9, 3]);
  });
});
