import {html} from 'lit';

/** Names of this length fit in most windows. */
const SHORT_NAME_LENGTH = 32;

/** Hides the middle of a long name, because its ends identify it. Screen readers read the whole name. */
export const fileNameView = (name: string) => {
  const letters = [...name];
  if (letters.length <= SHORT_NAME_LENGTH) return name;
  const part = (from: number, to?: number) => letters.slice(from, to).join('');
  return html`${part(0, 16)}<span class="cut">${part(16, -12)}</span>${part(-12)}`;
};
