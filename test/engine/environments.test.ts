import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Engine } from '../../lib/engine/engine.js';

const engineModule = new URL('../../lib/engine/engine.js', import.meta.url).href;

/** A module that imports the engine and then runs `body`, as a URL that a worker or a process can start. */
function script(body: string): string {
  const text = `import { Engine } from ${JSON.stringify(engineModule)};\nconst engine = new Engine();\n${body}`;
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

/** Runs a process to its end. */
async function runProcess(body: string): Promise<{ code: number | null; signal: string | null; output: string }> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', `await import(${JSON.stringify(script(body))})`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output };
}

const manyJobs = `const jobs = Array.from({ length: 5000 }, () => engine.run('selfTest', { device: 'cpu' }));
await jobs[0];\n`;

describe('environments', () => {
  it('run side by side in worker threads, and end without each other', async () => {
    const engine = new Engine();
    const body = `import { parentPort } from 'node:worker_threads';
parentPort.postMessage(await engine.run('selfTest', { device: 'cpu' }));`;
    const workers = [0, 1].map(() => new Worker(new URL(script(body))));
    const answers = await Promise.all(workers.map(async (worker) => (await once(worker, 'message')) as unknown[]));
    for (const [answer] of answers) assert.equal((answer as { maxDifference: number }).maxDifference, 0);
    await Promise.all(workers.map((worker) => worker.terminate()));
    assert.equal((await engine.run('selfTest', { device: 'cpu' })).maxDifference, 0);
  });

  it('of a worker can be terminated in the middle of its jobs', async () => {
    const engine = new Engine();
    const worker = new Worker(
      new URL(
        script(`import { parentPort } from 'node:worker_threads';\n${manyJobs}parentPort.postMessage('running');`),
      ),
    );
    await once(worker, 'message');
    await worker.terminate();
    assert.equal((await engine.run('selfTest', { device: 'cpu' })).maxDifference, 0);
  });

  it('let the process end by itself when the last job has ended, not before', async () => {
    const ended = await runProcess(`engine.run('selfTest', { device: 'cpu' }).then(() => console.log('answered'));`);
    assert.deepEqual(ended, { code: 0, signal: null, output: 'answered\n' });
  });

  it('do not hold up process.exit() in the middle of jobs, nor change its code', async () => {
    const ended = await runProcess(`${manyJobs}console.log('running');\nprocess.exit(7);`);
    assert.deepEqual(ended, { code: 7, signal: null, output: 'running\n' });
  });

  it('do not hold up process.exit() in the first job, while libtorch is getting ready', async () => {
    for (const wait of [0, 10, 20, 50, 100]) {
      const ended = await runProcess(`void engine.run('selfTest', { device: 'cpu' }).catch(() => 'stopped');
setTimeout(() => process.exit(7), ${wait});`);
      assert.deepEqual(ended, { code: 7, signal: null, output: '' });
    }
  });
});
