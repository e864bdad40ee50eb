import {interpolate, isolate} from '../../i18n/interpolate.js';
import type {TextOf} from './transcript.js';

/** Returns the answer to a consent, in the words of its button. */
export const consentAnswer =
  (isGranted: boolean): TextOf =>
  ({texts}) =>
    isGranted ? texts.agree : texts.disagree;

/** Returns the answer to the file step: number and names of the stored files. */
export const filesAnswer =
  (names: readonly string[]): TextOf =>
  ({texts}) => {
    const lines = names.map((name) => isolate(name, texts));
    return [interpolate(texts, 'filesDone', {count: names.length}), ...lines].join('\n');
  };
