import {MAX_FILE_NAME_BYTES} from '../contract/limits.js';
import {INVISIBLE} from '../contract/invisible.js';

const FALLBACK = 'document.pdf';

/**
 * Cleans a visitor's file name for display. The result is NFC, without path parts, control
 * characters and bidirectional overrides. It has at most 255 bytes and is never cut in a grapheme.
 */
export const cleanFileName = (given: string | undefined): string => {
  const lastPart = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const name = lastPart.normalize('NFC').replace(INVISIBLE, '').trim();
  if (/^\.*$/.test(name)) return FALLBACK;
  return Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES ? name : shortened(name);
};

const shortened = (name: string): string => {
  const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
  const room = MAX_FILE_NAME_BYTES - Buffer.byteLength(extension);
  let kept = '';
  let bytes = 0;
  for (const {segment} of new Intl.Segmenter().segment(
    name.slice(0, name.length - extension.length),
  )) {
    bytes += Buffer.byteLength(segment);
    if (bytes > room) break;
    kept += segment;
  }
  return kept ? `${kept}${extension}` : FALLBACK;
};
