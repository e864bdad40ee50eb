/**
 * What nobody sees who reads the page: control and format characters, bidirectional overrides, and
 * tags, in which instructions to a model can be hidden.
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
/** Long runs are fillers, or meant to push something out of sight. */
const LONG_RUN = /([^\p{L}\p{N}\s])\1{5,}/gu;

/** The text of a page as a person would read it. Ligatures and Arabic forms become letters. */
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
