import { clearRadius, eachAxis, fileAxis, spacingOf, voxelsOf, type Across, type Vec3 } from './geometry.js';
import { geometryOf, orientedVolumes, writeOrientedVolumes } from './oriented-volumes.js';
import { assertSameVoxels, painted, Stage } from './stage.js';

const panes: readonly Across[] = [0, 1, 2];

/** Apart from each other, and in no middle of anything. */
const middles: readonly Vec3[] = [
  [13, 17, 11],
  [24, 30, 19],
  [20, 22, 14],
];

describe('what the mouse paints lies on disk where it was seen', () => {
  const stage = Stage.here(writeOrientedVolumes);
  let radii: number[] = [];

  // Each takes as long as all tests of another file; the 48 orders are tested without a browser.
  for (const volume of orientedVolumes.filter(({ axes }) => axes === 'RAS' || axes === 'ASL')) {
    it(`${volume.axes}${volume.tilt.some(Boolean) ? ', tilted' : ''}: voxels, discs and balls in each pane`, async () => {
      const id = volume.file.replace(/\.nii(\.gz)?$/, '');
      const geometry = geometryOf(volume);
      const page = await stage.visit();
      await page.openCase(id, geometry);
      await page.chooseTool('Brush');
      if (radii.length === 0) radii = await page.brushRadii();
      const largest = Math.max(...spacingOf(geometry));
      let wanted = new Map<string, number>();

      for (const across of panes) {
        // A row of single voxels.
        const from = middles[across]!;
        const along = fileAxis(geometry, across === 0 ? 1 : 0);
        const to = eachAxis((axis) => from[axis] + (axis === along ? 4 : 0));
        await page.goTo(from);
        await page.brushIn3d(false);
        await page.setBrush(0.5, radii);
        await page.drag(across, from, to);
        const row = [0, 1, 2, 3, 4].map((step) => eachAxis((axis) => from[axis] + (axis === along ? step : 0)));
        wanted = painted(geometry, row, 1, wanted);

        // A disc in the same slice.
        const disc = { from: eachAxis((axis) => from[axis] + (axis === fileAxis(geometry, across) ? 0 : 3)), across };
        const sizes = radii.filter((radius) => radius > 2 && radius < 5);
        const radius = clearRadius(geometry, disc, sizes);
        await page.setBrush(radius, radii);
        await page.drag(across, disc.from);
        wanted = painted(geometry, voxelsOf(geometry, { ...disc, radius }), 1, wanted);
      }

      // Balls of the other label leave the voxels of the first alone.
      await page.chooseLabel('liver');
      for (const across of panes) {
        const ball = { from: eachAxis((axis) => middles[across]![axis] + (across - 1) * 2) };
        const radius = clearRadius(
          geometry,
          ball,
          radii.filter((each) => each > largest && each < largest + 3),
        );
        await page.goTo(ball.from);
        await page.brushIn3d(true);
        await page.setBrush(radius, radii);
        await page.drag(across, ball.from);
        const voxels = painted(geometry, voxelsOf(geometry, { ...ball, radius }), 2);
        wanted = new Map([...voxels, ...wanted]);
      }

      await page.submit();
      assertSameVoxels(await stage.labelOnDisk(id), wanted);
    });
  }
});
