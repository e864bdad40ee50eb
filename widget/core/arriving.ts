import type {Session} from '../../server/contract/sessions.js';
import type {SiteConfig} from '../../server/contract/sites.js';

import type {Chat} from './chat.js';
import {ClientError} from './transport/api-client.js';
import {StepGraph} from './flow/step-graph.js';
import {isEnd, isRefused} from './session/session.js';

/** Begins a conversation: with a newcomer, or with somebody who comes back. */
export const arrive = async (chat: Chat) => {
  const {answers, lifecycle, flow, session, status} = chat;
  const round = ++flow.round;
  flow.setPhase('arriving');
  answers.load();
  const [config, arrival] = await Promise.all([loadConfig(chat), session.open()]);
  if (round !== flow.round) return;
  chat.config = config;
  flow.graph = new StepGraph(config?.conversation);
  if (arrival.kind === 'back') return welcomeBack(chat, arrival.session);
  if (arrival.kind === 'refused') return turnAway(chat, arrival.error);
  if (arrival.kind === 'offline') status.showRetrying(arrival.error);
  if (isEnd(arrival) && !lifecycle.announceEnd(arrival)) return;
  if (arrival.kind === 'new' || answers.isStale) answers.wipe();
  return answers.hasBegun ? comeBack(chat, null) : flow.begin();
};

/** Goes on with a session, or with what this browser has kept of a conversation. */
export const comeBack = async (chat: Chat, session: Session | null) => {
  const {lifecycle, flow} = chat;
  const round = ++flow.round;
  const [intake, back] = await Promise.all([chat.loadIntakeParts(), fetchBack(chat)]);
  if (!back) return lifecycle.stopWithRetry('notLoaded');
  if (intake && round === flow.round) back.resumeVisit(chat, session);
};

/** What only those need who come back; null where it cannot be had now. */
export const fetchBack = async (chat: Chat) => {
  try {
    chat.resumeParts ??= await import('./resume.js');
  } catch (error) {
    chat.host.onLoadFailure(error);
  }
  return chat.resumeParts;
};

const welcomeBack = async (chat: Chat, session: Session) => {
  const {answers, flow} = chat;
  answers.adopt(session, chat.client.clockOffsetMs);
  if (session.state !== 'visit') return chat.onSession(session);
  const hasTrace = session.files.length > 0 || session.consents.length > 0;
  if (!hasTrace && !answers.hasBegun) return flow.begin();
  return comeBack(chat, session);
};

/** Whoever set the page up is told why; the visitor, that it is not for them to mend. */
const turnAway = ({flow, status, transcript}: Chat, error: ClientError) => {
  transcript.showTyping(false);
  status.report(error);
  flow.say(({texts}) => texts.notHere);
};

const loadConfig = async ({client, host, status, storage}: Chat): Promise<SiteConfig | null> => {
  const path = `/api/sites/${encodeURIComponent(storage.site)}/config?locale=${host.wantedLanguage}`;
  try {
    return await client.call<SiteConfig>('GET', path);
  } catch (error) {
    // The built-in conversation is walked instead.
    if (error instanceof ClientError && !error.isTransient && !isRefused(error)) {
      status.report(error);
    }
    return null;
  }
};
