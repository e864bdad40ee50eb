import type {Chat} from '../core/chat.js';
import type {ThreadMessage} from '../core/messages/message.js';
import type {Messaging} from '../core/messages/messaging.js';
import type {MessageThread} from '../core/messages/message-thread.js';
import type {ChatState} from '../core/state.js';
import type {Language} from '../i18n/languages.js';
import type {DialogControls} from './dialog-host.js';

/** Views of the live conversation, which have their own file. */
export interface MessageViews {
  composerView(context: ViewContext, thread: MessageThread): unknown;
  messageView(context: ViewContext, thread: MessageThread, message: ThreadMessage): unknown;
}

/** What each view gets. Views read it, and change things through commands only. */
export interface ViewContext {
  readonly chat: Chat;
  readonly state: Readonly<ChatState>;
  readonly language: Language;
  readonly dialogs: DialogControls;
  /** Null, as the next one, until its code has been loaded. */
  readonly messaging: Messaging | null;
  readonly messageViews: MessageViews | null;
  whenUpdated(): Promise<unknown>;
}
