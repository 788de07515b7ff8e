// Makes docs/annotation-page.png and docs/training.png from the sample data, in Chromium: `node scripts/make-pictures.mjs`
// after `npm test` or `npm start`. It works on a copy: neither the sample data nor the sample app changes.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode } from 'fast-png';
import { chromium } from 'playwright-core';
import { reportAndExit, say } from './console.mjs';
import { packageRoot } from './build-native.mjs';
import { prepareSampleData } from './prepare.mjs';

const viewport = { width: 1440, height: 900 };
const docs = path.join(packageRoot, 'docs');

async function makePictures() {
  const work = mkdtempSync(path.join(tmpdir(), 'pictures-'));
  cpSync(await prepareSampleData(), path.join(work, 'studies'), { recursive: true });
  for (const part of ['main.ts', 'models', 'model/pretrained_segmentation_spleen.pt']) {
    cpSync(path.join(packageRoot, 'apps', 'sample', part), path.join(work, 'app', part), { recursive: true });
  }
  mkdirSync(docs, { recursive: true });
  const main = path.join(packageRoot, 'dist', 'lib', 'cli', 'main.js');
  const args = ['--app', path.join(work, 'app'), '--studies', path.join(work, 'studies'), '--port', '0'];
  const server = spawn(process.execPath, [main, 'start_server', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => server.once('close', resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  try {
    const page = await browser.newPage({ viewport, colorScheme: 'dark' });
    await page.goto(await addressOf(server));
    await annotate(page);
    await train(page);
  } finally {
    await browser.close();
    server.kill();
    await ended;
    rmSync(work, { recursive: true });
  }
}

/** A case with a proposal, and the brush at work on it. */
async function annotate(page) {
  await page.locator('.case', { hasText: 'phantom_07' }).click();
  const steps = page.getByRole('navigation');
  await steps.getByRole('button', { name: 'Propose' }).and(page.locator(':enabled')).click();
  await page.locator('.message', { hasText: 'Proposed' }).getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('b');
  const { x, y, width, height } = await page.locator('#canvas').boundingBox();
  // In the axial view, along the rim of the spleen.
  await page.mouse.move(x + width * 0.345, y + height * 0.27);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.355, y + height * 0.3);
  await page.mouse.up();
  await page.locator('.work-state', { hasText: 'kept in this browser' }).waitFor();
  await picture(page, 'annotation-page.png');
}

/** Some epochs of a training. */
async function train(page) {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^Epoch (1[5-9]|[2-9]\d) of/).waitFor({ timeout: 600_000 });
  await page.mouse.move(0, 0);
  await page.getByRole('region', { name: 'Training' }).scrollIntoViewIfNeeded();
  await picture(page, 'training.png');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('The training was stopped').waitFor();
}

async function picture(page, name) {
  // The 3-D view comes when nothing has moved for a moment.
  await page.waitForTimeout(1500);
  const shot = decode(await page.screenshot());
  // The noise of a CT in its lowest bits is a third of the file, and nobody sees it.
  const data = shot.data.map((value) => (value & 0xfc) | (value >> 6));
  writeFileSync(path.join(docs, name), encode({ ...shot, data }, { zlib: { level: 9 } }));
  say(`docs/${name}`);
}

function addressOf(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr.on('data', (chunk) => {
      said += chunk;
      const url = /Listening on (http:\S+),/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    server.once('close', () => reject(new Error(`the server ended with: ${said}`)));
  });
}

makePictures().catch(reportAndExit);
