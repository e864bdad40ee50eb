import type {Chat} from '../chat.js';
import type {SessionSync} from './session-sync.js';

/** A response that is not older needs no refresh. */
const FRESH_MS = 30_000;

export type Refresher = ReturnType<typeof createRefresher>;

/** Loads the code for visitors who return, which also refreshes the session. */
export type LoadSync = () => Promise<{
  syncSession: (chat: Chat, signal: AbortSignal) => SessionSync;
}>;

/** Decides when the session is refreshed. A visitor who stays in one tab does not need the code for it. */
export const createRefresher = (chat: Chat, load: LoadSync, signal: AbortSignal) => {
  const {answers, client, host} = chat;
  let sync: SessionSync | null = null;
  let isRunning = false;
  let isScheduled = false;

  return {
    /** Clocks may jump, so differences in both directions count. */
    isDue: () =>
      isScheduled || answers.isStale || Math.abs(Date.now() - client.lastResponseAt) > FRESH_MS,
    /** Asks the backend for the session: now, or as soon as the visitor can see the panel. */
    async refresh() {
      isScheduled = true;
      if (isRunning || !host.isAttended || chat.state.phase === 'starting') return;
      isRunning = true;
      try {
        sync ??= (await load()).syncSession(chat, signal);
        while (isScheduled && !signal.aborted) {
          isScheduled = false;
          await sync.refresh();
        }
      } catch (error) {
        host.onLoadError(error);
      }
      isRunning = false;
    },
    retryNow: () => sync?.retryNow(),
  };
};
