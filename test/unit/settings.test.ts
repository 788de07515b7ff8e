import assert from 'node:assert/strict';
import { readSettings } from '../../lib/cli/settings.js';

describe('settings of the environment', () => {
  it('have defaults, and an empty variable counts as none', () => {
    const settings = readSettings({ MONAI_LABEL_CORS_ORIGINS: '', PATH: '/bin' });
    assert.equal(settings.MONAI_LABEL_SERVER_PORT, '8000');
    assert.deepEqual(settings.MONAI_LABEL_CORS_ORIGINS, []);
    assert.equal(settings.MONAI_LABEL_MAX_UPLOAD, 8 * 2 ** 30);
  });

  it('are read as MONAI Label writes them', () => {
    const settings = readSettings({
      MONAI_LABEL_CORS_ORIGINS: '["https://a", "https://b"]',
      MONAI_LABEL_APP_CONF: '{"models": "spleen", "epochs": 5}',
      MONAI_LABEL_DATASTORE_AUTO_RELOAD: 'False',
      MONAI_LABEL_DATASTORE_FILE_EXT: '["*.nii.gz"]',
    });
    assert.deepEqual(settings.MONAI_LABEL_CORS_ORIGINS, ['https://a', 'https://b']);
    assert.deepEqual(settings.MONAI_LABEL_APP_CONF, { models: 'spleen', epochs: '5' });
    assert.equal(settings.MONAI_LABEL_DATASTORE_AUTO_RELOAD, false);
    assert.deepEqual(settings.MONAI_LABEL_DATASTORE_FILE_EXT, ['*.nii.gz']);
  });

  for (const [name, value] of [
    ['MONAI_LABEL_CORS_ORIGINS', 'https://a'],
    ['MONAI_LABEL_APP_CONF', '[1]'],
    ['MONAI_LABEL_MAX_UPLOAD', '-1'],
    ['MONAI_LABEL_DATASTORE_AUTO_RELOAD', 'maybe'],
  ] as const) {
    it(`name the variable that is wrong: ${name}`, () => {
      assert.throws(
        () => readSettings({ [name]: value }),
        new RegExp(`^LabelError: The environment variable ${name}: `),
      );
    });
  }
});
