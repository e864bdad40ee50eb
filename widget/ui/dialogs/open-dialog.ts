import type {Chat} from '../../core/chat.js';
import type {DialogController, DialogName} from '../dialog-host.js';

/** Loads the dialogs and their texts, and opens one. Rejects if a file cannot be loaded. */
export const openDialog = async (chat: Chat, controller: DialogController, name: DialogName) => {
  const {DIALOGS, loadDialogTexts, styles} = await import('./dialogs.js');
  await loadDialogTexts(chat.language.tag);
  chat.status.showMissing(false);
  controller.adopt(styles);
  controller.dialogs.show(DIALOGS[name](chat, controller));
};
