import type {Chat} from '../chat.js';
import type {OverlayName} from './dialogs.js';

/** Fetched with their words when the first of them is asked for. */
const fetchDialogs = async ({host, signs}: Chat) => {
  try {
    const dialogs = await import('./dialogs.js');
    await dialogs.loadWords(host.language.tag);
    host.adopt(dialogs.styles);
    return dialogs;
  } catch (error) {
    host.onLoadFailure(error);
    signs.setConnection('offline');
    return null;
  }
};

export const openOverlay = async (chat: Chat, name: OverlayName) => {
  const dialogs = await fetchDialogs(chat);
  if (dialogs) chat.cover(dialogs.makeOverlay(name, chat));
};

export const saveTranscript = async (chat: Chat) =>
  (await fetchDialogs(chat))?.saveTranscript(chat, chat.host.language);
