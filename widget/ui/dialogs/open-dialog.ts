import type {Chat} from '../../core/chat.js';
import type {DialogName} from './dialogs.js';

/** Fetched with its words when the first of them is asked for. */
export const openDialog = (chat: Chat, name: DialogName) =>
  attempt(chat, async ({host}) => {
    const {loadWords, createDialog, styles} = await import('./dialogs.js');
    await loadWords(chat.language.tag);
    chat.status.showMissing(false);
    host.adopt(styles);
    chat.cover(createDialog(name, chat));
  });

/** The path is that of the event that has asked for it. */
export const exportTranscript = (
  chat: Chat,
  how: 'saveTranscript' | 'printConversation',
  path: EventTarget[] = [],
) => attempt(chat, async () => (await import('./export.js'))[how](chat, path));

const attempt = async (chat: Chat, work: (chat: Chat) => Promise<void>) => {
  try {
    await work(chat);
  } catch (error) {
    chat.host.onLoadFailure(error);
    chat.status.showToast('notLoaded');
  }
};
