import type {Session} from '../../server/contract/sessions.js';
import type {SiteConfig} from '../../server/contract/sites.js';

import type {Chat} from './chat.js';
import {ClientError} from './transport/api-client.js';
import {ConversationWalk} from './flow/step-graph.js';
import {isEnd, isRefused} from './session/session.js';

/** Begins a conversation: with a newcomer, or with somebody who comes back. */
export const arrive = async (chat: Chat) => {
  const {answers, endings, guide, session, signs} = chat;
  const round = ++guide.round;
  guide.show('arriving');
  answers.load();
  const [config, arrival] = await Promise.all([loadConfig(chat), session.arrive()]);
  if (round !== guide.round) return;
  chat.config = config;
  guide.walk = new ConversationWalk(config?.conversation);
  if (arrival.kind === 'back') return welcomeBack(chat, arrival.session);
  if (arrival.kind === 'refused') return turnAway(chat, arrival.error);
  if (arrival.kind === 'offline') signs.wait(arrival.error);
  if (isEnd(arrival) && !endings.tell(arrival)) return;
  if (arrival.kind === 'new' || answers.isStale) answers.wipe();
  return answers.hasBegun ? comeBack(chat, null) : guide.begin();
};

/** Goes on with a session, or with what this browser has kept of a conversation. */
export const comeBack = async (chat: Chat, session: Session | null) => {
  const {endings, guide} = chat;
  const round = ++guide.round;
  const [later, back] = await Promise.all([chat.equip(), fetchBack(chat)]);
  if (!back) return endings.giveUp('notLoaded');
  if (later && round === guide.round) back.takeUp(chat, session);
};

/** What only those need who come back; null where it cannot be had now. */
export const fetchBack = async (chat: Chat) => {
  try {
    chat.back ??= await import('./resume.js');
  } catch (error) {
    chat.host.onLoadFailure(error);
  }
  return chat.back;
};

const welcomeBack = async (chat: Chat, session: Session) => {
  const {answers, guide} = chat;
  answers.adopt(session, chat.client.clockAheadMs);
  if (session.state !== 'visit') return chat.onSession(session);
  const hasTrace = session.files.length > 0 || session.consents.length > 0;
  if (!hasTrace && !answers.hasBegun) return guide.begin();
  return comeBack(chat, session);
};

/** Whoever set the page up is told why; the visitor, that it is not for them to mend. */
const turnAway = ({guide, signs, transcript}: Chat, error: ClientError) => {
  transcript.showTyping(false);
  signs.report(error);
  guide.say(({texts}) => texts.notHere);
};

const loadConfig = async ({client, host, signs, storage}: Chat): Promise<SiteConfig | null> => {
  const path = `/api/sites/${encodeURIComponent(storage.site)}/config?locale=${host.wantedLanguage}`;
  try {
    return await client.call<SiteConfig>('GET', path);
  } catch (error) {
    // The built-in conversation is walked instead.
    if (error instanceof ClientError && !error.isTransient && !isRefused(error)) {
      signs.report(error);
    }
    return null;
  }
};
