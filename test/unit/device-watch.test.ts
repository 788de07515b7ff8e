import assert from 'node:assert/strict';
import { DeviceWatch } from '../../lib/app/device-watch.js';
import { Devices } from '../../lib/app/devices.js';
import type { DeviceInfo } from '../../lib/engine/types.js';
import { cpu, RecordingEngine } from '../fixtures/running-app.js';
import { until } from '../api/harness.js';

const gpu: DeviceInfo = { ...cpu, name: 'cuda:0', description: 'NVIDIA H200' };

/** A GPU that another program has until its `ends`th trial. */
function taken(ends: number): { engine: RecordingEngine; trials: () => number } {
  const engine = new RecordingEngine();
  engine.devices = [cpu, { ...gpu, error: 'out of memory' }];
  let trials = 0;
  engine.operations.selfTest = () => {
    trials += 1;
    if (trials < ends) return Promise.reject(new Error('out of memory'));
    engine.devices = [cpu, gpu];
    return Promise.resolve({});
  };
  return { engine, trials: () => trials };
}

describe('a watch over devices', () => {
  const told: string[] = [];
  const log = { info: (text: string) => told.push(text), warn: assert.fail, error: (text: string) => told.push(text) };
  let watch: DeviceWatch;
  beforeEach(() => told.splice(0));
  afterEach(() => watch.close());

  it('tells what is ill once, and takes it up again when it answers', async () => {
    const { engine, trials } = taken(3);
    const devices = new Devices(engine.devices);
    watch = new DeviceWatch({ engine, devices, log, patience: 1 });
    assert.equal(devices.resolve(undefined), 'cpu');
    await until(() => devices.problems.length === 0);
    assert.equal(trials(), 3);
    assert.equal(devices.resolve(undefined), 'cuda:0');
    assert.deepEqual(told, ['cuda:0 (NVIDIA H200) cannot be used: out of memory', 'All devices can be used again']);
  });

  it('learns of a fault by looking, and leaves healthy devices alone', async () => {
    const { engine, trials } = taken(1);
    const [, ill] = engine.devices;
    engine.devices = [cpu, gpu];
    const devices = new Devices(engine.devices);
    watch = new DeviceWatch({ engine, devices, log, patience: 1 });
    await watch.look();
    engine.devices = [cpu, ill!];
    await watch.look();
    assert.deepEqual(devices.ill, ['cuda:0']);
    await until(() => devices.ill.length === 0);
    assert.equal(trials(), 1);
  });

  it('tries nothing again once it is closed', async () => {
    const { engine, trials } = taken(1);
    watch = new DeviceWatch({ engine, devices: new Devices(engine.devices), log, patience: 1 });
    watch.close();
    await watch.look();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(trials(), 0);
  });
});
