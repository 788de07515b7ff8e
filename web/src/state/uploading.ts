import { addImage } from '../api/server.js';
import { clientId } from './cases.js';
import { note, report } from './messages.js';
import { askNow } from './server.js';
import { uploads } from './store.js';

const accepted = /\.(nii|nii\.gz|nrrd)$/i;

/** Adds images one after the other. */
export async function upload(files: readonly File[]): Promise<void> {
  const images = files.filter(({ name }) => accepted.test(name));
  if (images.length < files.length) {
    report('Not added', new Error('Only NIfTI (.nii, .nii.gz) and NRRD (.nrrd) files can be added'));
  }
  for (const file of images) {
    const show = (part: number): void => {
      uploads.value = [...uploads.value.filter(({ name }) => name !== file.name), { name: file.name, part }];
    };
    show(0);
    try {
      const id = await addImage(file, clientId(), show);
      note(`${id} has been added.`);
    } catch (error) {
      report(`${file.name} was not added`, error, () => void upload([file]));
    } finally {
      uploads.value = uploads.value.filter(({ name }) => name !== file.name);
    }
    await askNow();
  }
}
