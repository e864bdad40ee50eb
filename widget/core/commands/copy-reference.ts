import type {Chat} from '../chat.js';

export const copyReference = async ({signs, reference}: Chat) => {
  try {
    await navigator.clipboard.writeText(reference);
    signs.showToast('copied');
  } catch {
    // Refused by the browser or absent over plain HTTP; the reference itself can be selected.
    signs.showToast('notCopied');
  }
};
