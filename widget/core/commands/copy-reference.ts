import type {Chat} from '../chat.js';

export const copyReference = async ({status, reference}: Chat) => {
  try {
    await navigator.clipboard.writeText(reference);
    status.showToast('copied');
  } catch {
    // Refused by the browser or absent over plain HTTP; the reference itself can be selected.
    status.showToast('notCopied');
  }
};
