import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnnotationPage } from './annotation-page.js';
import type { Vec3 } from './geometry.js';
import {
  copyImage,
  labelFixture,
  labelInfo,
  organIn,
  placedLabel,
  putLabel,
  readVolume,
  truthOf,
  type Truth,
  type Volume,
} from './label-files.js';
import { Stage } from './stage.js';

interface Case {
  readonly file: string;
  /** Which entry of truth.json about it. */
  readonly entry?: number;
  /** It is submitted without its names. */
  readonly unnamed?: boolean;
  /** A voxel is painted in the end. */
  readonly dab?: boolean;
}

const labels: readonly Case[] = [
  { file: 'slicer_flat.seg.nrrd' },
  { file: 'slicer_cropped.seg.nrrd' },
  { file: 'slicer_two_forms_cropped.seg.nrrd' },
  { file: 'itk_PIR.nii.gz', dab: true },
  { file: 'itk_SLP.nii.gz' },
  { file: 'itk_turned_forms.nii.gz' },
  { file: 'itk_no_codes.nii.gz' },
  { file: 'python_255.nii.gz' },
  { file: 'python_int32.nii.gz' },
  { file: 'python_uint16.nii.gz' },
  { file: 'python_negative.nii.gz' },
  { file: 'python_float64.nii.gz' },
  { file: 'python_unnamed.nii.gz' },
  { file: 'nnunet.nii.gz', entry: 1 },
  { file: 'totalsegmentator.nii.gz', dab: true },
  { file: 'totalsegmentator.nii.gz', unnamed: true, dab: true },
];

const idOf = (index: number): string => `case_${index + 1}`;

describe('a label of another program that goes through the page', () => {
  const truths: Truth[] = [];
  const stage = Stage.here(async (studies) => {
    for (const [index, { file, entry }] of labels.entries()) {
      truths.push(await truthOf(file, entry));
      await copyImage(truths[index]!.image, studies, idOf(index));
    }
  });

  async function onDisk(id: string): Promise<Volume> {
    return readVolume(await readFile(path.join(stage.server.studies, 'labels', 'final', `${id}.nii.gz`)));
  }

  /** A voxel of the background in the middle of the image. */
  async function dab(page: AnnotationPage, id: string, { size, voxels }: Volume): Promise<number> {
    page.aimIn(await stage.geometryOf(id));
    const middle = size.map((length) => Math.floor(length / 2)) as unknown as Vec3;
    const indexOf = ([i, j, k]: Vec3): number => i + size[0] * (j + size[1] * k);
    const free = [0, 1, 2, 3, 4].map((step): Vec3 => [middle[0] + step, middle[1], middle[2]]);
    const voxel = free.find((each) => voxels[indexOf(each)] === 0)!;
    await page.goTo(voxel);
    await page.chooseTool('Brush');
    await page.smallestBrush();
    await page.clickIn(2, voxel);
    return indexOf(voxel);
  }

  for (const [index, { file, unnamed = false, dab: isPainted = false }] of labels.entries()) {
    const id = idOf(index);
    it(`${file}${unnamed ? ' without names' : ''}: keeps values, names and places${isPainted ? '; a dab changes a voxel' : ''}`, async () => {
      const { params, organs, needsNames, tolerance, image } = truths[index]!;
      await putLabel(stage.server, id, file, await labelFixture(file), unnamed ? {} : params);
      const before = await placedLabel(stage.server, id);
      const page = await stage.visit();
      await page.openCase(id);
      await page.submit();
      const after = await onDisk(id);
      assert.deepEqual(after, before);

      const info = await labelInfo(stage.server, id);
      const values = info['label_values'] as Record<string, number>;
      if (!unnamed) {
        for (const [name, organ] of Object.entries(organs)) {
          const found = organIn(after, values[name]!);
          assert.ok(Math.abs(found.voxels - organ.voxels) <= tolerance.voxels, `${name} has ${found.voxels} voxels`);
          if (image !== 'image.nii.gz') continue;
          found.middle.forEach((each, axis) => {
            assert.ok(Math.abs(each - organ.middle[axis]!) <= tolerance.mm + 0.001, `${name}: ${found.middle.join()}`);
          });
        }
        for (const [value, organ] of Object.entries(needsNames)) {
          assert.equal(organIn(after, Number(value)).voxels, organ.voxels);
        }
      }
      const { needs_names: left } = info['checked'] as { needs_names: number[] };
      const wanted = unnamed ? [...new Set(before.voxels)].filter((value) => value !== 0) : Object.keys(needsNames);
      assert.deepEqual(
        left,
        wanted.map(Number).sort((a, b) => a - b),
      );

      if (!isPainted) return;
      const painted = await dab(page, id, before);
      await page.workState('Not submitted yet').waitFor();
      await page.submit();
      const dabbed = await onDisk(id);
      const changed = [...dabbed.voxels.keys()].filter((each) => dabbed.voxels[each] !== before.voxels[each]);
      assert.deepEqual(changed, [painted]);
    });
  }
});
