import type { Hold } from '../keep/tabs.js';
import type { CaseSession } from './case-session.js';
import { tabs } from './keeping.js';
import { ask } from './questions.js';
import { datastore } from './store.js';

/** The right to change a case, among the tabs of this browser. */
export class Claim {
  #session: CaseSession | undefined;
  #isTaken = false;
  #hold: Hold | undefined;

  private constructor(readonly takeOverHere: () => void) {}

  /** Asks where another tab has the case. `takeOverHere`: opens the case anew, for work here. */
  static async on(id: string, takesOver: boolean, takeOverHere: () => void): Promise<Claim> {
    const claim = new Claim(takeOverHere);
    const key = `monailabel ${JSON.stringify([datastore.value, id])}`;
    const hold = (takeOver: boolean): Promise<Hold | undefined> => tabs.hold(key, takeOver, () => claim.#giveAway());
    claim.#hold = await hold(takesOver);
    if (claim.#hold !== undefined) return claim;
    const answer = await ask(`${id} is open in another tab.`, [
      { answer: 'here', title: 'Work here' },
      { answer: 'look', title: 'Only look' },
    ]);
    if (answer === 'here') claim.#hold = await hold(true);
    return claim;
  }

  get isHeld(): boolean {
    return this.#hold !== undefined && !this.#isTaken;
  }

  /** `session`: what works on the case now. */
  for(session: CaseSession): void {
    this.#session = session;
    if (!this.isHeld) this.#showAway(session);
  }

  release(): void {
    this.#hold?.release();
  }

  async #giveAway(): Promise<void> {
    this.#isTaken = true;
    if (this.#session === undefined) return;
    await this.#session.giveAway();
    this.#showAway(this.#session);
  }

  #showAway(session: CaseSession): void {
    session.isReadOnly.value = true;
    session.notice({
      about: 'tab',
      kind: 'note',
      text: 'Read-only: this case is being edited in another tab.',
      actions: [{ title: 'Work here', run: this.takeOverHere }],
    });
  }
}
