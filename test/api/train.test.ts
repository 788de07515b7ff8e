import assert from 'node:assert/strict';
import type { Task } from '../../lib/jobs/task.js';
import { tinyNifti } from '../fixtures/nifti.js';
import { formWith, startTestServer, until, type TestServer } from './harness.js';

describe('/train', () => {
  let server: TestServer;
  let finish: () => void;
  beforeEach(async () => {
    server = await startTestServer();
    for (const image of ['a', 'b c']) {
      const body = formWith({ label: { name: 'x.nii', content: tinyNifti() } });
      await server.request(`/datastore/label?image=${image}`, { method: 'PUT', body });
    }
    server.engine.gate = new Promise((resolve) => (finish = resolve));
  });
  afterEach(() => server.close());

  async function json<Answer>(url: string, init?: RequestInit, status = 200): Promise<Answer> {
    const reply = await server.request(url, init);
    assert.equal(reply.status, status, url);
    return (await reply.json()) as Answer;
  }

  it('runs, is seen running, refuses a second, and ends', async () => {
    const body = '{"max_epochs": 1, "client_id": "me"}';
    const task = await json<Task>('/train/spleen', { method: 'POST', body });
    assert.match(task.id, /^[0-9a-f-]{36}$/);
    assert.match(task.start_ts, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.deepEqual(task.request, { model: 'spleen', max_epochs: 1, client_id: 'me' });

    const running = await json<Task>('/train/?check_if_running=true');
    assert.equal(running.status, 'RUNNING');
    const refusal = await json('/train/spleen', { method: 'POST' }, 429);
    assert.deepEqual(refusal, { detail: '++++++++++ Train Task is Already Running' });

    finish();
    await until(async () => (await json<Task>('/train/')).status === 'DONE');
    await json('/train?check_if_running=true', {}, 404);
    assert.equal((await json<Task[]>('/train/?all=true')).length, 1);
  });

  it('is stopped, with a last line to show; with nothing running the answer is null', async () => {
    await json('/train/spleen', { method: 'POST' });
    const stopped = await json<Task>('/train/', { method: 'DELETE' });
    assert.equal(stopped.status, 'STOPPED');
    assert.ok((stopped.details ?? []).length > 0);
    assert.ok(stopped.end_ts);
    assert.equal(await json('/train/', { method: 'DELETE' }), null);
  });

  it('waits behind a running one when asked to', async () => {
    const first = await json<Task>('/train/spleen', { method: 'POST' });
    const second = await json<Task>('/train/spleen?enqueue=true', { method: 'POST' });
    const all = await json<Task[]>('/train/?all=true');
    assert.deepEqual(
      all.map(({ id, status }) => [id, status]),
      [
        [first.id, 'RUNNING'],
        [second.id, 'SUBMITTED'],
      ],
    );
  });

  it('answers with the statistics when it is waited for', async () => {
    finish();
    const stats = await json<{ best_metric: number }>('/train/spleen?run_sync=true', { method: 'POST' });
    assert.equal(stats.best_metric, 0.5);
  });

  /** Trainers of spleen and liver, and a label for each. */
  async function startTwo(): Promise<TestServer> {
    const two = await startTestServer({}, ['spleen', 'liver']);
    const body = formWith({ label: { name: 'x.nii', content: tinyNifti() } });
    await two.request('/datastore/label?image=a', { method: 'PUT', body });
    await two.app.updateLabelInfo('a', 'final', { label_values: { spleen: 1 } });
    return two;
  }

  it('starts all trainers, one after the other, each with the parameters sent for it', async () => {
    const two = await startTwo();
    try {
      let finishFirst = (): void => {};
      two.engine.gate = new Promise((resolve) => (finishFirst = resolve));
      const body = '{"spleen": {"max_epochs": 3}, "liver": {"max_epochs": 4}, "client_id": "me"}';
      const reply = await two.request('/train/', { method: 'POST', body });
      const answers = (await reply.json()) as Record<string, { result: Task; detail: null }>;
      assert.deepEqual(Object.keys(answers), ['spleen', 'liver']);
      for (const [model, epochs] of Object.entries({ spleen: 3, liver: 4 })) {
        assert.equal(answers[model]!.detail, null);
        assert.equal(answers[model]!.result.request.max_epochs, epochs);
      }
      const states = (): string[] => two.app.jobs.all('train').map(({ status }) => status);
      assert.deepEqual(states(), ['RUNNING', 'SUBMITTED']);
      finishFirst();
      await until(() => states().every((status) => status === 'DONE'));
    } finally {
      await two.close();
    }
  });

  it('starts no further training for a client that has gone', async () => {
    const two = await startTwo();
    try {
      two.engine.gate = new Promise(() => {});
      const client = new AbortController();
      const reply = two.request('/train/?run_sync=true', { method: 'POST', signal: client.signal });
      await until(() => two.app.jobs.running('train') !== undefined);
      client.abort();
      await assert.rejects(reply, { name: 'AbortError' });
      await until(() => two.app.jobs.running('train') === undefined);
      two.engine.gate = undefined;
      // Another request is answered only after the loop over the trainers has gone on or ended.
      await two.request('/info/');
      assert.deepEqual(
        two.app.jobs.all('train').map(({ status }) => status),
        ['STOPPED'],
      );
    } finally {
      await two.close();
    }
  });

  it('knows no other trainer', async () => {
    const refusal = await json<{ detail: string }>('/train/nope', { method: 'POST' }, 404);
    assert.match(refusal.detail, /"nope".*spleen/);
  });
});
