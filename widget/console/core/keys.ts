import type {TextKey} from '../texts/texts.js';
import {readStored} from './stored.js';

/** Action of a key, such as `j`, or of two keys after each other, such as `g l`. */
export interface Key {
  keys: string;
  text: TextKey;
  run: () => void;
}

const CHORD_MS = 1_500;

/** Calls the action of a key outside of fields and dialogs, unless the keys are off. */
export const listenToKeys = (getKeys: () => readonly Key[]): void => {
  let first = '';
  let firstAt = 0;
  document.addEventListener('keydown', (event) => {
    if (!mayBeShortcut(event)) return;
    const chord = first && event.timeStamp - firstAt < CHORD_MS ? `${first} ${event.key}` : '';
    const keys = getKeys();
    const found =
      keys.find(({keys}) => keys === chord) ?? keys.find(({keys}) => keys === event.key);
    const isFirst = !found && keys.some(({keys}) => keys.startsWith(`${event.key} `));
    [first, firstAt] = isFirst ? [event.key, event.timeStamp] : ['', 0];
    if (!found) return;
    event.preventDefault();
    found.run();
  });
};

const FIELDS = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';

const mayBeShortcut = (event: KeyboardEvent): boolean => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (event.isComposing || document.querySelector('dialog:modal')) return false;
  // This key closes an open menu first.
  if (event.key === 'Escape' && document.querySelector(':popover-open')) return false;
  if (event.key === 'Enter' && (event.target as Element).closest('a, button, summary'))
    return false;
  const isInField = (event.target as Element).closest?.(FIELDS);
  return !isInField && areKeysOn();
};

/** Returns whether single keys are shortcuts, which a person can switch off for this browser. */
export const areKeysOn = () => readStored('keys') !== 'off';
