/** The live part of a conversation, in a file of its own: not every visitor writes. */
import type {Chat} from '../../core/chat.js';
import {MessageThread} from '../../core/messages/message-thread.js';
import {createMessaging as createMessagingOf} from '../../core/messages/messaging.js';
import {TitleBadge} from './title-badge.js';

export {styles} from '../styles/messages.js';
export {attachmentsView, clipView, stopView} from './attachment-views.js';
export {messageView} from './message-view.js';

/** `refresh` asks the backend for the session. */
export const createMessaging = (chat: Chat, refresh: () => void) =>
  createMessagingOf(chat, () => {
    const title = new TitleBadge(chat.signal);
    return new MessageThread({
      chat,
      refresh,
      onMessage: () => title.count(),
      // The dialogs' file has them as well, and is loaded for the first download only.
      loadLinks: async () => {
        const {createFileLinks} = await import('../dialogs/dialogs.js');
        return createFileLinks(chat.client.api);
      },
    });
  });
