import assert from 'node:assert/strict';
import { clicksOf } from '../../lib/app/clicks.js';

describe('clicks in the parameters of a request', () => {
  const labels = { background: 0, liver: 6, spleen: 2 };

  const cases = [
    { title: 'none', params: { device: 'cpu' }, clicks: [] },
    {
      title: 'a list a label and the background (DeepEdit)',
      params: { spleen: [[1, 2, 3]], liver: [], background: [[4, 5, 6]], label: 'liver' },
      clicks: [
        { index: [4, 5, 6], label: 0 },
        { index: [1, 2, 3], label: 1 },
      ],
    },
    {
      title: 'foreground of the label that is chosen (Deepgrow)',
      params: { label: 'liver', foreground: [[7, 8, 9]], background: [] },
      clicks: [{ index: [7, 8, 9], label: 2 }],
    },
    {
      title: 'foreground without a choice: the first label',
      params: { foreground: [[7, 8, 9]], background: null },
      clicks: [{ index: [7, 8, 9], label: 1 }],
    },
  ];
  for (const { title, params, clicks } of cases) {
    it(title, () => assert.deepEqual(clicksOf(params, labels), clicks));
  }

  for (const spleen of ['[[1,2,3]]', [1, 2, 3], [[1, 2]], [[1, 2, '3']], [[1, 2, NaN]]]) {
    it(`refuses ${JSON.stringify(spleen)}`, () => {
      assert.throws(() => clicksOf({ spleen }, labels), { code: 'INVALID_INPUT', message: /spleen: must be a list/ });
    });
  }
});
