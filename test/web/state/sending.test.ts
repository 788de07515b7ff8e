import assert from 'node:assert/strict';
import { ApiError } from '../../../web/src/api/api-error.js';
import type { CaseSession } from '../../../web/src/state/case-session.js';
import { Outbox } from '../../../web/src/state/outbox.js';
import { recognise, send } from '../../../web/src/state/sending.js';
import { MemoryDrafts, openCase, paint, StoringServer } from './parts.js';

const sender = { clientId: 'Dr A', looked: ['spleen'] };
const never = new AbortController().signal;
const offline = (): ApiError => new ApiError('offline', 'The server does not answer');
const conflict = (): ApiError => new ApiError('refused', 'It was submitted by Dr C', 409);

describe('submitting a label', () => {
  let server: StoringServer;
  let drafts: MemoryDrafts;
  beforeEach(() => {
    server = new StoringServer();
    drafts = new MemoryDrafts();
  });

  const voxelsOf = (session: CaseSession): number[] => [...session.drawing.voxels];

  /** Case "a" with a voxel painted, whose label has reached the server and is not answered yet. */
  async function submitted() {
    const { session } = openCase('a', drafts);
    paint(session, 1, [0, 0]);
    const sent = send(session, server, sender);
    return { session, sent, arrived: await server.arrived('a') };
  }

  it('sends what is drawn, and then has nothing unsaved', async () => {
    const { session, events } = openCase('a', drafts);
    paint(session, 2, [1, 1]);
    await session.keep();
    assert.equal(drafts.drafts.size, 1);
    const sent = send(session, server, sender);
    const { base, params, store } = await server.arrived('a');
    assert.equal(base, null);
    assert.deepEqual(params['label_values'], { spleen: 1, liver: 2 });
    store();
    assert.equal((await sent).state, 'stored');
    assert.deepEqual(server.stored.get('a')!.voxels, voxelsOf(session));
    assert.equal(session.hasUnsavedWork.value, false);
    assert.equal(session.base, 'version 1');
    assert.equal(drafts.drafts.size, 0);
    assert.deepEqual(events, ['kept', 'discarded']);
  });

  it('goes on from the version that it stored', async () => {
    const { session } = openCase('a', drafts);
    for (const base of [null, 'version 1', 'version 2']) {
      paint(session, 1, [session.drawing.revision.value, 0]);
      const sent = send(session, server, sender);
      const arrived = await server.arrived('a');
      assert.equal(arrived.base, base);
      arrived.store();
      await sent;
    }
  });

  it('keeps the draft of what was painted while it was sent', async () => {
    const { session, sent, arrived } = await submitted();
    paint(session, 1, [1, 0]);
    arrived.store();
    await sent;
    assert.equal(session.hasUnsavedWork.value, true);
    assert.equal(arrived.voxels.filter((value) => value === 1).length, 1);
    await session.keep();
    const [draft] = await drafts.list();
    assert.deepEqual([draft!.base, draft!.isSubmitted], ['version 1', false]);
    assert.deepEqual([...(await drafts.load(draft!))], voxelsOf(session));
  });

  it('keeps what the server refused, and that it was submitted', async () => {
    const { session } = openCase('a', drafts);
    const sent = send(session, server, sender);
    (await server.arrived('a')).fail(new ApiError('refused', 'Disk full', 507));
    assert.equal((await sent).state, 'failed');
    await session.keep();
    const [draft] = await drafts.list();
    assert.equal(draft!.isSubmitted, true, 'also where nobody has painted');
  });

  it('says what somebody else has stored, and replaces only that', async () => {
    const { session, sent, arrived } = await submitted();
    server.stored.set('a', { version: 'theirs', voxels: [], params: {} });
    arrived.fail(conflict());
    const outcome = await sent;
    assert.ok(outcome.state === 'conflict');
    assert.equal(outcome.theirs?.version, 'theirs');
    assert.equal(session.base, null);
    assert.equal(session.hasUnsavedWork.value, true);
    void send(session, server, sender, 'theirs');
    assert.equal((await server.arrived('a')).base, 'theirs');
  });

  it('goes with the image that it was drawn on, until the person knows that it is another one', async () => {
    const { session, sent, arrived } = await submitted();
    assert.equal(arrived.image, 'as it was');
    arrived.fail(new ApiError('refused', 'The image a has been replaced since the label was begun', 412));
    assert.equal((await sent).state, 'image-replaced');
    assert.equal(session.hasUnsavedWork.value, true);
    assert.equal(session.isImageReplaced, true);
    void send(session, server, sender);
    assert.equal((await server.arrived('a')).image, undefined);
  });

  it('knows its own label when the answer was lost', async () => {
    const { session, sent: lost, arrived: first } = await submitted();
    first.fail(offline());
    await lost;
    server.stored.set('a', { version: 'version 1', voxels: first.voxels, params: first.params });
    assert.equal(await recognise(session, (await server.labelVersion('a'))!), true);
    assert.equal(session.hasUnsavedWork.value, false);
    assert.equal(session.submission.value.state, 'stored');
    assert.equal(session.base, 'version 1');
  });

  it('sends again over its own label when the answer was lost and more was painted', async () => {
    const { session, sent: lost, arrived: first } = await submitted();
    first.fail(offline());
    await lost;
    server.stored.set('a', { version: 'mine', voxels: first.voxels, params: first.params });
    paint(session, 1, [1, 0]);
    const again = send(session, server, sender);
    (await server.arrived('a')).fail(conflict());
    const third = await server.arrived('a');
    assert.equal(third.base, 'mine');
    third.store();
    assert.equal((await again).state, 'stored');
    assert.equal(session.hasUnsavedWork.value, false);
  });

  it('does not take the label of another page for its own', async () => {
    const [{ session }, other] = [openCase('a', drafts), openCase('a')];
    paint(session, 1, [0, 0]);
    const sent = send(other.session, server, sender);
    (await server.arrived('a')).store();
    await sent;
    assert.equal(await recognise(session, (await server.labelVersion('a'))!), false);
  });

  describe('with another case opened before it has ended', () => {
    const ends = { stored: true, refused: false };
    type End = keyof typeof ends;
    const names = Object.keys(ends) as End[];
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      for (const [endOfA, endOfB] of names.flatMap((a) => names.map((b) => [a, b] as const))) {
        it(`first ${order[0]} ends: a is ${endOfA}, b is ${endOfB}`, async () => {
          const outbox = new Outbox();
          const cases = { a: openCase('a', drafts), b: openCase('b', drafts) };
          const sent: Promise<unknown>[] = [];
          for (const id of ['a', 'b'] as const) {
            const { session } = cases[id];
            paint(session, id === 'a' ? 1 : 2, [0, 0], [1, 1]);
            sent.push(send(session, server, sender));
            await session.keep();
            outbox.add(session);
          }
          const arrived = { a: await server.arrived('a'), b: await server.arrived('b') };
          const wanted = { a: endOfA, b: endOfB };
          for (const id of order) {
            if (ends[wanted[id]]) arrived[id].store();
            else arrived[id].fail(new ApiError('refused', 'No room'));
            await sent[id === 'a' ? 0 : 1];
          }
          await Promise.all([cases.a.session.keep(), cases.b.session.keep()]);
          for (const id of ['a', 'b'] as const) {
            const { session, events } = cases[id];
            const isStored = ends[wanted[id]];
            assert.equal(session.hasUnsavedWork.value, !isStored);
            assert.equal(events.includes('ended'), isStored);
            assert.deepEqual(server.stored.get(id)?.voxels, isStored ? voxelsOf(session) : undefined);
          }
          const unsent = (['a', 'b'] as const).filter((id) => !ends[wanted[id]]);
          assert.deepEqual(
            outbox.unsent.value.map(({ id, reason }) => [id, reason]),
            unsent.map((id) => [id, 'No room']),
          );
          const kept = await drafts.list();
          assert.deepEqual(
            kept.map(({ id, isSubmitted }) => [id, isSubmitted]),
            unsent.map((id) => [id, true]),
          );
        });
      }
    }

    it('is not opened again before the server has answered', async () => {
      const outbox = new Outbox();
      const { session, sent, arrived } = await submitted();
      outbox.add(session);
      let isTaken = false;
      const taken = outbox.take('a', never).then((found) => {
        isTaken = true;
        return found;
      });
      assert.equal(isTaken, false);
      arrived.store();
      await sent;
      assert.equal(await taken, undefined);
    });

    it('is given back when it could not be stored', async () => {
      const outbox = new Outbox();
      const { session, sent, arrived } = await submitted();
      outbox.add(session);
      arrived.fail(offline());
      await sent;
      assert.equal(outbox.unsent.value.length, 1);
      assert.equal(await outbox.take('a', never), session);
      assert.equal(outbox.unsent.value.length, 0);
    });

    it('leaves the draft to another tab that has taken the case', async () => {
      const { session, sent, arrived } = await submitted();
      await session.giveAway();
      assert.equal(drafts.drafts.size, 1);
      arrived.store();
      await sent;
      assert.equal(drafts.drafts.size, 1);
    });
  });

  it('lists what an earlier visit submitted until it is opened', async () => {
    const outbox = new Outbox();
    const { session } = openCase('a');
    outbox.setLeft([session.describe()]);
    assert.deepEqual(
      outbox.unsent.value.map(({ id }) => id),
      ['a'],
    );
    await outbox.take('a', never);
    // The opening may still fail: it is listed until the case is open.
    assert.equal(outbox.unsent.value.length, 1);
    outbox.forgetLeft('a');
    assert.deepEqual(outbox.unsent.value, []);
  });
});
