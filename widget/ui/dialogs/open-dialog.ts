import type {Chat} from '../../core/chat.js';
import type {OverlayName} from './dialogs.js';

/** Fetched with its words when the first of them is asked for. */
export const openOverlay = (chat: Chat, name: OverlayName) =>
  attempt(chat, async ({host}) => {
    const {loadWords, makeOverlay, styles} = await import('./dialogs.js');
    await loadWords(chat.language.tag);
    chat.signs.miss(false);
    host.adopt(styles);
    chat.cover(makeOverlay(name, chat));
  });

/** The path is that of the event that has asked for it. */
export const keepConversation = (
  chat: Chat,
  how: 'saveTranscript' | 'printConversation',
  path: EventTarget[] = [],
) => attempt(chat, async () => (await import('./export.js'))[how](chat, path));

const attempt = async (chat: Chat, work: (chat: Chat) => Promise<void>) => {
  try {
    await work(chat);
  } catch (error) {
    chat.host.onLoadFailure(error);
    chat.signs.showToast('notLoaded');
  }
};
