import type {Chat} from '../../core/chat.js';
import type {DialogController, DialogName, ExportKind} from '../dialog-host.js';

/** Loads the dialogs and their texts when the first of them is opened. */
export const openDialog = (chat: Chat, controller: DialogController, name: DialogName) =>
  tryToLoad(chat, async () => {
    const {DIALOGS, loadDialogTexts, styles} = await import('./dialogs.js');
    await loadDialogTexts(chat.language.tag);
    chat.status.showMissing(false);
    controller.adopt(styles);
    controller.dialogs.show(DIALOGS[name](chat, controller));
  });

export const exportConversation = (chat: Chat, kind: ExportKind, path: EventTarget[]) =>
  tryToLoad(chat, async () => {
    const [tools, exports] = await Promise.all([import('./dialogs.js'), import('./export.js')]);
    if (kind === 'saveTranscript') exports.saveTranscript(chat, tools);
    else exports.printConversation(path);
  });

const tryToLoad = async ({host, status}: Chat, work: () => Promise<void>) => {
  try {
    await work();
  } catch (error) {
    host.onLoadError(error);
    status.showToast('notLoaded');
  }
};
