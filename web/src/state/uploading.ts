/** Adds images of this computer to the server's folder. */

import { ApiError } from '../api/api-error.js';
import { addImage } from '../api/server.js';
import { clientId } from './cases.js';
import { message, storedCases, uploads } from './store.js';
import { note } from './messages.js';
import { ask } from './questions.js';
import { askNow } from './server.js';
import { reasonOf } from './words.js';

const accepted = /\.(nii|nii\.gz|nrrd)$/i;

interface Added {
  readonly ids: string[];
  /** "a.txt (only NIfTI and NRRD)" */
  readonly refused: string[];
  /** Left out by the person. */
  left: number;
}

/** Adds images one after the other; what became of them is said at the end. */
export async function upload(files: readonly File[]): Promise<void> {
  const added: Added = { ids: [], refused: [], left: 0 };
  for (const file of files) {
    if (!accepted.test(file.name)) added.refused.push(`${file.name} (only NIfTI and NRRD files can be added)`);
    else await add(file, added);
  }
  if (files.length > 0) say(added);
}

async function add(file: File, added: Added): Promise<void> {
  const name = file.name.replace(accepted, '');
  const show = (part: number): void => {
    uploads.value = [...uploads.value.filter((each) => each.name !== file.name), { name: file.name, part }];
  };
  let target: { id: string; replace: boolean } | undefined = { id: name, replace: false };
  try {
    if (isTaken(name)) target = await askAbout(name);
    while (target !== undefined) {
      show(0);
      try {
        added.ids.push(await addImage(file, target.id, clientId(), target.replace, show));
        break;
      } catch (error) {
        // Somebody else has added one of this name since the list was asked for.
        if (!(error instanceof ApiError && error.status === 409)) throw error;
        await askNow();
        target = await askAbout(name);
      }
    }
    if (target === undefined) added.left++;
  } catch (error) {
    added.refused.push(`${file.name} (${reasonOf(error)})`);
  } finally {
    uploads.value = uploads.value.filter((each) => each.name !== file.name);
  }
  await askNow();
}

function isTaken(id: string): boolean {
  return Object.hasOwn(storedCases.value, id);
}

async function askAbout(id: string): Promise<{ id: string; replace: boolean } | undefined> {
  const free = freeName(id);
  const isLabelled = storedCases.value[id]?.labels['final'] !== undefined;
  const text =
    `There is an image called ${id} already${isLabelled ? ', with a label' : ''}. ` +
    `Replacing it puts this file in its place${isLabelled ? ' under that label' : ''}.`;
  const answer = await ask(text, [
    { answer: 'add', title: `Add as ${free}` },
    { answer: 'replace', title: 'Replace the image' },
    { answer: 'leave', title: 'Leave it out' },
  ]);
  if (answer === 'add') return { id: free, replace: false };
  return answer === 'replace' ? { id, replace: true } : undefined;
}

function freeName(id: string): string {
  for (let number = 2; ; number++) if (!isTaken(`${id}_${number}`)) return `${id}_${number}`;
}

function say({ ids, refused, left }: Added): void {
  const texts = [
    ids.length === 1 ? `${ids[0]} has been added` : ids.length > 0 ? `${ids.length} images have been added` : '',
    left > 0 ? `${left} left out` : '',
    refused.length > 0
      ? `${ids.length + left > 0 ? `${refused.length} not added` : 'Not added'}: ${refused.join(', ')}`
      : '',
  ];
  const text = `${texts.filter((each) => each !== '').join('; ')}.`;
  if (refused.length === 0) note(text);
  else message.value = { kind: 'error', text };
}
