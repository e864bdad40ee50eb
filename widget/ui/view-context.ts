import type {QuestionStep, Step} from '../../server/contract/conversation.js';

import type {Chat} from '../core/chat.js';
import type {Line} from '../core/flow/transcript.js';
import type {ThreadMessage} from '../core/messages/message.js';
import type {MessageThread} from '../core/messages/message-thread.js';
import type {Messaging} from '../core/messages/messaging.js';
import type {ChatState} from '../core/state.js';
import type {Language} from '../i18n/languages.js';
import type {DialogHost} from './dialog-host.js';

type Thread = Readonly<MessageThread>;

/** Views that are loaded once the visitor does something. */
export interface IntakeViews {
  cancelChangeView(context: ViewContext): unknown;
  detailsView(context: ViewContext, line: Line, before: Line | undefined): unknown;
  dropView(context: ViewContext): unknown;
  stepView(context: ViewContext, step: Step): unknown;
  toastView(context: ViewContext): unknown;
}

/** The view for visitors who return, which has its own file. */
export interface ResumeViews {
  resumeView(context: ViewContext): unknown;
}

/** Views of the live conversation, which have their own file. */
export interface MessageViews {
  attachmentsView(context: ViewContext, thread: Thread): unknown;
  clipView(context: ViewContext, thread: Thread): unknown;
  messageView(context: ViewContext, thread: Thread, message: ThreadMessage): unknown;
  stopView(context: ViewContext, thread: Thread): unknown;
}

/** Inputs of the questions of a site, which have their own file. */
export interface QuestionViews {
  questionView(context: ViewContext, step: QuestionStep): unknown;
}

/** Argument of every view. Views read it, and change state through commands only. */
export interface ViewContext {
  readonly chat: Chat;
  readonly state: Readonly<ChatState>;
  readonly language: Language;
  readonly texts: Language['texts'];
  readonly dialogs: Readonly<DialogHost>;
  /** Null until its code has been loaded, as are all `parts`. */
  readonly messaging: Readonly<Messaging> | null;
  readonly parts: {
    readonly intake: IntakeViews | null;
    readonly resume: ResumeViews | null;
    readonly messages: MessageViews | null;
    readonly questions: QuestionViews | null;
  };
  /** True while files are held over the panel. */
  readonly isDropping: boolean;
  /** Text for screen readers. */
  readonly announcement: string | undefined;
  /** Adds style sheets that are not there yet. */
  adopt(sheets: CSSStyleSheet[]): void;
  /** Asks a refused question again. */
  reconsider(): Promise<void>;
  /** Opens the live conversation, if the visitor may write. */
  openMessaging(): Promise<void>;
  /** Sends the text in the field. Asks for the consent to storing before. */
  sendDraft(): Promise<void>;
  whenUpdated(): Promise<unknown>;
}
