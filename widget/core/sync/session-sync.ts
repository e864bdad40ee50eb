import type {Session} from '../../../server/contract/sessions.js';

import type {Chat} from '../chat.js';
import {adoptSession} from '../resume.js';
import {Retrier} from '../transport/retry.js';
import {mergeFiles} from '../uploads/merge-files.js';

export type SessionSync = ReturnType<typeof syncSession>;

/**
 * Refreshes the session after another tab, the back button or a long sleep may have changed it. What
 * the visitor has typed stays.
 */
export const syncSession = (chat: Chat, signal: AbortSignal) => {
  const {answers, lifecycle, session, status} = chat;
  const isStaleVisit = () => chat.state.sessionState === 'visit' && answers.isStale;
  const retrier = new Retrier((error) => {
    status.showRetrying(error);
    if (isStaleVisit()) throw error;
  });

  return {
    refresh: async () => {
      // After an end there is no session, unless another tab has begun one.
      if (session.isStale || !session.uuid) return lifecycle.followOtherTab();
      const flowSignal = chat.flow.signal;
      const before = chat.uploads?.storedIds ?? new Set<string>();
      answers.reload();
      try {
        const call = () => session.call<Session>('GET', '/api/session');
        const found = await retrier.run(call, signal);
        if (!flowSignal.aborted && !chat.state.isSubmitting) await apply(chat, found, before);
      } catch (error) {
        if (signal.aborted || flowSignal.aborted) return;
        if (isStaleVisit()) void lifecycle.restartAfter('gone');
        else chat.fail(error);
      }
    },
    retryNow: () => retrier.retryNow(),
  };
};

const apply = async (chat: Chat, session: Session, before: Set<string>) => {
  const {flow, host, lifecycle, signal, uploads} = chat;
  adoptSession(chat, session);
  if (uploads) await mergeFiles(uploads, session.files, before);
  if (signal.aborted) return;
  if (session.state !== 'visit') await lifecycle.onSession(session);
  else if (flow.isOvertaken) await lifecycle.catchUp();
  host.onChange();
};
