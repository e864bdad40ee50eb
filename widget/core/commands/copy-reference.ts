import type {Chat} from '../chat.js';

export const copyReference = async ({client, reference, status}: Chat) => {
  try {
    await client.platform.copyText?.(reference);
    status.showToast('copied');
  } catch {
    // Browsers may refuse, or lack a clipboard over plain HTTP. The reference can be selected.
    status.showToast('notCopied');
  }
};
