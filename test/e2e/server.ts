/** The real server as a person starts it, in a process of its own that can be killed and started again. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../lib/package-root.js';

const main = path.join(packageRoot, 'dist', 'lib', 'cli', 'main.js');
const sampleApp = path.join(packageRoot, 'apps', 'sample');

export class ServerProcess {
  /** As it was at the first start; it stays the same. */
  readonly url: string;
  /** Folder of the images. */
  readonly studies: string;
  readonly #folder: string;
  #process: ChildProcess;

  private constructor(folder: string, studies: string, process: ChildProcess, url: string) {
    [this.#folder, this.studies, this.#process, this.url] = [folder, studies, process, url];
  }

  /** The sample app, with its first weights, on images that `fill` writes. */
  static async start(fill: (studies: string) => Promise<void>): Promise<ServerProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'e2e-'));
    const studies = path.join(folder, 'studies');
    try {
      for (const part of ['main.ts', 'models', path.join('model', 'pretrained_segmentation_spleen.pt')]) {
        await cp(path.join(sampleApp, part), path.join(folder, 'app', part), { recursive: true });
      }
      await mkdir(studies);
      await fill(studies);
      const started = await startIn(folder, 0);
      return new ServerProcess(folder, studies, started.process, started.url);
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    await end(this.#process, 'SIGKILL');
  }

  /** It takes connections and requests, and does nothing with them; `kill` and `thaw` end that. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** At the same address and on the same folders, after `kill`. */
  async startAgain(): Promise<void> {
    this.#process = (await startIn(this.#folder, Number(new URL(this.url).port))).process;
  }

  /** Ends it and removes its folders. */
  async stop(): Promise<void> {
    await end(this.#process, 'SIGTERM');
    await rm(this.#folder, { recursive: true });
  }
}

async function startIn(folder: string, port: number): Promise<{ process: ChildProcess; url: string }> {
  const args = ['--app', path.join(folder, 'app'), '--studies', path.join(folder, 'studies'), '--port', String(port)];
  const started = spawn(process.execPath, [main, 'start_server', ...args], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { process: started, url: await listeningAt(started) };
}

/** Resolves with the address that a starting server says it listens at. */
function listeningAt(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /Listening on (http:\S+),/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    server.once('close', () => reject(new Error(`The server ended with: ${said}`)));
  });
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'close');
  server.kill(signal);
  await ended;
}
