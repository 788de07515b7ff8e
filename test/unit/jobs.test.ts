import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabelError } from '../../lib/errors.js';
import { Jobs, type JobControl } from '../../lib/jobs/jobs.js';

/** Runs until it is stopped, as a training does. */
async function forever({ signal }: JobControl): Promise<void> {
  while (!signal.aborted) await sleep(1);
  throw new LabelError('CANCELLED', 'the job was cancelled');
}

describe('jobs', () => {
  let jobs: Jobs;
  beforeEach(() => (jobs = new Jobs()));
  afterEach(() => jobs.close());

  it('is submitted, runs, and ends with what it said', async () => {
    const { task, result } = jobs.submit('train', { model: 'm' }, ({ say }) => {
      for (let line = 1; line <= 30; line++) say(`line ${line}`);
      return Promise.resolve(42);
    });
    assert.equal(task.status, 'SUBMITTED');
    assert.deepEqual(Object.keys(task), ['id', 'status', 'request', 'start_ts']);
    assert.equal(await result, 42);

    const ended = jobs.latest('train')!;
    assert.deepEqual(Object.keys(ended), ['id', 'status', 'request', 'start_ts', 'details', 'end_ts']);
    assert.equal(ended.id, task.id);
    assert.equal(ended.status, 'DONE');
    assert.deepEqual(ended.request, { model: 'm' });
    assert.match(ended.end_ts!, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.equal(ended.details!.length, 20);
    assert.equal(ended.details![18], 'line 30');
  });

  it('ends as ERROR with the sentence of the error', async () => {
    const { result } = jobs.submit('train', {}, () => Promise.reject(new Error('the disk is full')));
    await assert.rejects(result, /the disk is full/);
    assert.equal(jobs.latest('train')!.status, 'ERROR');
    assert.deepEqual(jobs.latest('train')!.details, ['the disk is full']);
  });

  it('refuses a second of a kind with 429, and takes one of another kind', () => {
    jobs.submit('train', {}, forever);
    assert.throws(() => jobs.submit('train', {}, forever), {
      status: 429,
      message: '++++++++++ Train Task is Already Running',
    });
    jobs.submit('scoring', {}, forever);
    assert.equal(jobs.running('scoring')!.status, 'RUNNING');
  });

  it('refuses what would wait behind too many, and requests too long to be remembered', () => {
    const submit = (request: object): unknown => jobs.submit('train', { ...request }, forever, { enqueue: true });
    for (let count = 0; count < 101; count += 1) submit({});
    assert.throws(() => submit({}), { status: 429 });
    assert.equal(jobs.all('train').length, 101);
    assert.throws(() => jobs.submit('scoring', { text: 'x'.repeat(2 ** 16) }, forever), { code: 'TOO_LARGE' });
  });

  it('runs queued jobs one after another, in order', async () => {
    const order: number[] = [];
    const runs = [1, 2, 3].map((number) =>
      jobs.submit(
        'train',
        {},
        async () => {
          order.push(number);
          await sleep(2);
          assert.equal(jobs.all('train').filter(({ status }) => status === 'RUNNING').length, 1);
        },
        { enqueue: true },
      ),
    );
    await Promise.all(runs.map(({ result }) => result));
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('stops the running job, and the queued one then runs', async () => {
    const first = jobs.submit('train', {}, forever);
    const second = jobs.submit('train', {}, () => Promise.resolve('second'), { enqueue: true });
    const stopped = await jobs.stop('train');
    assert.equal(stopped!.id, first.task.id);
    assert.equal(stopped!.status, 'STOPPED');
    assert.deepEqual(stopped!.details, ['Stopped']);
    await assert.rejects(first.result, { code: 'CANCELLED' });
    assert.equal(await second.result, 'second');
  });

  it('stops a queued job by its id, which then never runs', async () => {
    jobs.submit('train', {}, forever);
    const queued = jobs.submit('train', {}, () => assert.fail('it must not run'), { enqueue: true });
    const stopped = await jobs.stop('train', queued.task.id);
    assert.equal(stopped!.status, 'STOPPED');
    assert.equal(stopped!.details!.length, 1);
    await assert.rejects(queued.result, { code: 'CANCELLED' });
    await jobs.stop('train');
    assert.equal(jobs.running('train'), undefined);
  });

  it('has nothing to stop when nothing runs', async () => {
    assert.equal(await jobs.stop('train'), undefined);
    assert.equal(jobs.latest('train'), undefined);
  });

  it('forgets the oldest', async () => {
    for (let count = 0; count < 150; count++) {
      await jobs.submit('train', { count }, () => Promise.resolve(), { enqueue: true }).result;
    }
    assert.ok(jobs.all('train').length <= 101);
    assert.equal(jobs.latest('train')!.request['count'], 149);
  });

  it('closes: everything is stopped, nothing more is taken', async () => {
    jobs.submit('train', {}, forever);
    jobs.submit('train', {}, forever, { enqueue: true });
    await jobs.close();
    assert.deepEqual(
      jobs.all('train').map(({ status }) => status),
      ['STOPPED', 'STOPPED'],
    );
    assert.throws(() => jobs.submit('train', {}, forever), { code: 'CANCELLED' });
  });
});
