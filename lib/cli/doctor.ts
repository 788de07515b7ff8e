import type { Command } from 'commander';
import { Engine } from '../engine/engine.js';
import type { DeviceInfo } from '../engine/types.js';

/** TF32 on a GPU differs in the third digit; a broken driver by more. */
const tolerance = 1e-2;

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Say what is installed, whether each device computes, and the one thing to fix')
    .action(doctor);
}

/** Resolves with a sentence when the device does not compute as it should. */
async function checkDevice(engine: Engine, device: DeviceInfo): Promise<string | undefined> {
  const memory = `${gibibytes(device.memoryFree)} free of ${gibibytes(device.memoryTotal)}`;
  const title = `device    ${device.name}: ${device.description}, ${memory}, ${device.precisions.join(' and ')}`;
  if (device.error !== undefined) {
    console.log(`device    ${device.name}: ${device.description}, ill`);
    return `${device.name} cannot be used: ${device.error}`;
  }
  try {
    const test = await engine.run('selfTest', { device: device.name });
    console.log(`${title}; a 3-D convolution took ${(test.seconds * 1000).toFixed(1)} ms`);
    if (test.maxDifference < tolerance) return undefined;
    return `${device.name} computes wrongly (a convolution is off by ${test.maxDifference}): check its driver`;
  } catch (error) {
    console.log(`${title}; a 3-D convolution fails`);
    return `${device.name} cannot compute: ${sentence(error)}`;
  }
}

async function doctor(): Promise<void> {
  console.log(`Node      ${process.versions.node} (Node-API ${process.versions.napi})`);
  const problem = await findProblem();
  console.log(problem === undefined ? 'everything works' : `to fix: ${problem}`);
  process.exitCode = problem === undefined ? 0 : 1;
}

/** The first thing to fix, as a sentence. */
async function findProblem(): Promise<string | undefined> {
  let engine: Engine;
  try {
    engine = new Engine();
  } catch (error) {
    return sentence(error);
  }
  try {
    const info = await engine.run('info', {});
    console.log(
      `libtorch  ${info.libtorch} (${info.cuda === null ? 'CPU build' : `CUDA ${info.cuda}`}), ${info.threads} threads`,
    );
    const problems = [];
    for (const device of info.devices) problems.push(await checkDevice(engine, device));
    return problems.find((problem) => problem !== undefined);
  } catch (error) {
    return sentence(error);
  } finally {
    await engine.close();
  }
}
