import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadApp } from '../../lib/app/load.js';
import type { App } from '../../lib/app/app.js';
import { silentLog } from '../../lib/log.js';
import type { ServerOptions } from '../../lib/server/server.js';
import { serve } from '../fixtures/serve.js';
import { EngineScript } from './engine-script.js';

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly app: App;
  readonly engine: EngineScript;
  readonly studies: string;
  readonly logFile: string;
  /** Folder that holds the app, the studies and nothing else. */
  readonly folder: string;
  /** fetch with a path. */
  request(url: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

const appFile = (models: readonly string[]): string => `
import { defineApp, defineModel } from 'monailabel';
const recipe = { preTransforms: [], inferer: { name: 'SimpleInferer' }, postTransforms: [] };
const models = ${JSON.stringify(models)}.map((name) => defineModel({
  name,
  labels: { spleen: 1 },
  build: () => name === 'clicks' ? {
    type: 'deepgrow', description: 'Told by clicks', dimension: 3, infer: { preTransforms: [], postTransforms: [] },
  } : {
    type: 'segmentation', description: 'A model', dimension: 3, network: { name: 'UNet' }, infer: recipe,
    train: {
      description: 'A trainer', trainTransforms: [], validationTransforms: [],
      validationInferer: { name: 'SimpleInferer' }, loss: { name: 'DiceCELoss' }, optimizer: { name: 'AdamW' },
    },
  },
}));
export default defineApp({
  name: 'Test app', description: 'For tests', version: '1', models, defaultModels: models.map(({ name }) => name),
});
`;

/** A server on a free port with an app of these models ("clicks" is told by clicks and has no network), images "a" (ten bytes) and "b c", and a scripted engine. */
export async function startTestServer(
  options: Partial<ServerOptions> = {},
  models: readonly string[] = ['spleen'],
): Promise<TestServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'api-test-'));
  const studies = path.join(folder, 'studies');
  const appFolder = path.join(folder, 'app');
  const logFile = path.join(appFolder, 'logs', 'app.log');
  await mkdir(path.join(appFolder, 'model'), { recursive: true });
  await mkdir(studies);
  await writeFile(path.join(appFolder, 'main.js'), appFile(models));
  await writeFile(path.join(appFolder, 'model', 'pretrained_spleen.pt'), 'weights');
  await writeFile(path.join(studies, 'a.nii.gz'), '0123456789');
  await writeFile(path.join(studies, 'b c.nii.gz'), 'spaced');

  const engine = new EngineScript();
  const app = await loadApp({ folder: appFolder, studies, conf: {}, engine, log: silentLog, watch: false });
  const removeAll = async (): Promise<void> => {
    await app.close();
    await rm(folder, { recursive: true });
  };
  const server = await serve(app, studies, logFile, options).catch(async (error: unknown) => {
    await removeAll();
    throw error;
  });
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    app,
    engine,
    studies,
    logFile,
    folder,
    request: (url, init) => fetch(server.url + url, init),
    async close() {
      await server.close();
      await removeAll();
    },
  };
}

/** Sends bytes as they are; resolves with what came back until the server closed or said as much as its length. */
export function sendRaw(port: number, text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const reply = Buffer.concat(chunks).toString('latin1');
      if (isComplete(reply)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

function isComplete(reply: string): boolean {
  const headEnd = reply.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(reply.slice(0, headEnd))?.[1];
  return headEnd >= 0 && length !== undefined && reply.length - headEnd - 4 >= Number(length);
}

/** Resolves when `condition` holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function formWith(
  parts: Readonly<Record<string, string | { name: string; content: string | Buffer }>>,
): FormData {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part === 'string') form.append(name, part);
    else form.append(name, new Blob([part.content]), part.name);
  }
  return form;
}
