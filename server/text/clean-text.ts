/**
 * Characters that a reader of the page does not see: control and format characters, bidirectional
 * overrides, and tags. They can hide instructions to a model.
 */
const HIDDEN = new RegExp(
  [
    '\\p{Cc}',
    '\\p{Default_Ignorable_Code_Point}',
    '[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufff9-\\ufffb]',
    '[\\u{e0000}-\\u{e0fff}]',
  ].join('|'),
  'gu',
);
/** A long run of one symbol. It is a filler, or pushes other text out of sight. */
const LONG_RUN = /([^\p{L}\p{N}\s])\1{5,}/gu;

/** Returns the text of a page as a person reads it. Ligatures and Arabic forms become letters. */
export const cleanText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .normalize('NFKC')
    .replace(HIDDEN, (one) => (one === '\n' || one === '\t' ? one : ''))
    .toWellFormed()
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(LONG_RUN, '$1$1$1')
    .trim();
