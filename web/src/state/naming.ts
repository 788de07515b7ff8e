/** What people do to the labels of the open case. */

import { batch } from '@preact/signals-core';
import { usedSlots } from '../labelmap/slots.js';
import { namedLabels, slotOfName } from './labels.js';
import { note, report } from './messages.js';
import { activeLabel, session } from './store.js';

/** Says what the label of a slot is. The voxels keep their value. */
export function nameLabel(slot: number, typed: string): void {
  const mine = session.value;
  const name = typed.trim();
  if (mine === undefined || name === '') return;
  if (mine.isReadOnly.value) return note('Another tab works on this case.');
  const used = usedSlots(mine.drawing.voxels);
  try {
    const { labels, slotOf } = namedLabels(mine.labels.value, slot, name, (each) => used.has(each));
    batch(() => {
      if (slotOf !== undefined) mine.drawing.renumber(slotOf);
      else mine.drawing.markChanged();
      mine.labels.value = labels;
      activeLabel.value = slotOfName(labels, name);
    });
    mine.dismiss('names');
    mine.keepWords();
  } catch (error) {
    report('The label was not named', error);
  }
}

/** Shows a label, or hides it. */
export function toggleLabel(slot: number): void {
  const mine = session.value;
  if (mine === undefined) return;
  mine.labels.value = mine.labels.value.map((label, index) => {
    return index === slot - 1 ? { ...label, visible: !label.visible } : label;
  });
}
