/**
 * Control characters except tabs and line feeds, characters that Unicode displays as nothing, and
 * the marks of annotations. A person does not see them, and they can hide instructions to a model.
 */
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** A long run of one symbol. It is a filler, or pushes other text out of sight. */
const LONG_RUN = /([^\p{L}\p{N}\s])\1{5,}/gu;

/** Returns the text of a page as a person reads it. Ligatures and Arabic forms become letters. */
export const cleanText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .normalize('NFKC')
    .replace(HIDDEN, '')
    .toWellFormed()
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(LONG_RUN, '$1$1$1')
    .trim();
