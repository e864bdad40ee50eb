import type {Chat} from '../chat.js';
import {THREAD_KEY} from '../flow/answers.js';
import {askConsent, reconsider} from './ask-consent.js';
import {isSendable} from './message-length.js';
import type {MessageThread} from './message-thread.js';

/** Decides whether the visitor may write, and opens the thread of a conversation. */
export type Messaging = ReturnType<typeof createMessaging>;

export const createMessaging = (chat: Chat, createThread: () => MessageThread) => {
  const {drafts, flow, state, storage} = chat;
  let thread: Readonly<MessageThread> | null = null;
  let pageSignal: AbortSignal | null = null;

  /** Messages are stored, which the visitor must have agreed to. */
  const mayWrite = () => {
    const isAllowed =
      state.sessionState !== 'visit' || chat.conditionValues['consents.personal_data'] === true;
    return state.phase !== 'starting' && !flow.isRefused && isAllowed;
  };

  const open = () => {
    if (!mayWrite()) return;
    thread ??= createThread();
    storage.set(THREAD_KEY, '1');
    void thread.open(pageSignal);
  };

  /** Sends the question that waits, or asks for the consent once the conversation can. */
  const sendWaiting = async () => {
    if (!state.isAsking || state.phase === 'starting') return;
    if (!mayWrite()) return askConsent(chat);
    chat.setIntent({isAsking: false});
    open();
    const text = drafts.get('message');
    if (!thread?.attachments.isSettled || !text) return;
    drafts.set('message');
    thread.send(text, thread.attachments.takeFiles());
  };

  return {
    /** Null until the visitor may write and the thread is open. */
    get thread() {
      return thread;
    },
    open,
    sendWaiting,
    /** Sends a waiting question, or opens the thread. After a refusal, only the visitor sends it again. */
    async resume() {
      if (state.isAsking && !flow.isRefused) await sendWaiting();
      else open();
    },
    reconsider: () => reconsider(chat),
    /** Sends a text of the page for the visitor. Returns false until the visitor may write. */
    send(text: string) {
      if (!mayWrite() || !isSendable(text)) return false;
      open();
      thread!.send(text);
      return true;
    },
    /** Receives events until the signal aborts. */
    connect(signal: AbortSignal) {
      pageSignal = signal;
      thread?.listen(signal);
    },
    reset(hasEnded?: boolean) {
      if (hasEnded) thread?.sendQueue.returnWords();
      thread = null;
    },
  };
};
