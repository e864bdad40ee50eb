import type {Chat} from '../core/chat.js';
import type {ThreadMessage} from '../core/messages/message.js';
import type {MessageThread} from '../core/messages/message-thread.js';
import type {Messaging} from '../core/messages/messaging.js';
import type {ChatState} from '../core/state.js';
import type {Language} from '../i18n/languages.js';
import type {DialogHost} from './dialog-host.js';

type Thread = Readonly<MessageThread>;

/** Views of the live conversation, which have their own file. */
export interface MessageViews {
  composerView(context: ViewContext, thread: Thread): unknown;
  messageView(context: ViewContext, thread: Thread, message: ThreadMessage): unknown;
}

/** Argument of every view. Views read it, and change state through commands only. */
export interface ViewContext {
  readonly chat: Chat;
  readonly state: Readonly<ChatState>;
  readonly language: Language;
  readonly texts: Language['texts'];
  readonly dialogs: Readonly<DialogHost>;
  /** Null until its code has been loaded, as are `parts.messages`. */
  readonly messaging: Readonly<Messaging> | null;
  readonly parts: {readonly messages: MessageViews | null};
  /** True while files are held over the panel. */
  readonly isDropping: boolean;
  /** Text for screen readers. */
  readonly announcement: string | undefined;
  whenUpdated(): Promise<unknown>;
}
