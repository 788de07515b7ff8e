import assert from 'node:assert/strict';
import { keyText, namesOf } from '../../web/src/views/key-names.js';

type Press = Parameters<typeof namesOf>[0];

function press(key: string, code: string, ...held: ('Ctrl' | 'Shift' | 'Meta')[]): Press {
  return {
    key,
    code,
    ctrlKey: held.includes('Ctrl'),
    metaKey: held.includes('Meta'),
    shiftKey: held.includes('Shift'),
  };
}

describe('names of keys', () => {
  it('letters are the same with and without Caps Lock', () => {
    assert.deepEqual(namesOf(press('b', 'KeyB')), ['b']);
    assert.deepEqual(namesOf(press('B', 'KeyB')), ['b']);
    assert.deepEqual(namesOf(press('b', 'KeyB', 'Shift')), ['b']);
  });

  it('undo and redo are told apart by Shift, not by the size of the letter', () => {
    assert.deepEqual(namesOf(press('z', 'KeyZ', 'Ctrl')), ['Ctrl+z']);
    assert.deepEqual(namesOf(press('Z', 'KeyZ', 'Ctrl')), ['Ctrl+z']);
    assert.deepEqual(namesOf(press('Z', 'KeyZ', 'Ctrl', 'Shift')), ['Ctrl+Shift+z']);
    assert.deepEqual(namesOf(press('z', 'KeyZ', 'Meta', 'Shift')), ['Ctrl+Shift+z']);
    assert.deepEqual(namesOf(press('Enter', 'Enter', 'Ctrl', 'Shift')), ['Ctrl+Enter']);
  });

  it('where the layout has no Latin letters the place of the key counts', () => {
    assert.deepEqual(namesOf(press('я', 'KeyZ', 'Ctrl')), ['Ctrl+я', 'Ctrl+z']);
    assert.deepEqual(namesOf(press('И', 'KeyB')), ['и', 'b']);
    assert.deepEqual(namesOf(press('х', 'BracketLeft')), ['х', '[']);
    assert.deepEqual(namesOf(press("'", 'KeyW')), ["'", 'w']);
    assert.deepEqual(namesOf(press('"', 'Digit3')), ['"', '3']);
  });

  it('a Latin letter is itself wherever it lies, and so are signs with Shift', () => {
    assert.deepEqual(namesOf(press('z', 'KeyY')), ['z']);
    assert.deepEqual(namesOf(press('?', 'Minus', 'Shift')), ['?']);
    assert.deepEqual(namesOf(press('#', 'Digit3', 'Shift')), ['#']);
    assert.deepEqual(namesOf(press('PageUp', 'PageUp')), ['PageUp']);
  });

  it('are written as on the keyboard', () => {
    assert.equal(keyText('Ctrl+Shift+z'), 'Ctrl+Shift+Z');
    assert.equal(keyText('n'), 'N');
    assert.equal(keyText('PageUp'), 'Page Up');
    assert.equal(keyText('Ctrl+Enter'), 'Ctrl+↵');
    assert.equal(keyText('?'), '?');
  });
});
