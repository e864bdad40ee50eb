import type {StoredFile} from '../server/contract/files.js';
import type {Session} from '../server/contract/sessions.js';
import type {SiteConfig} from '../server/contract/sites.js';

import type {Chat} from './chat.js';
import {ClientError} from './client.js';
import {ConversationWalk} from './conversation.js';
import {isEnd, isRefused} from './session.js';
import {fill} from './texts.js';
import type {Words} from './transcript.js';

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
  return answers.hasBegun ? askWhetherToContinue(chat, []) : guide.begin();
};

export const continueVisit = async (chat: Chat) => {
  const remarks: Words[] = [({texts}) => texts.goesOn];
  const count = chat.storage.unsent();
  if (count) remarks.push(({texts}) => fill(texts, 'filesAgain', {count}));
  chat.visitorSays(({texts}) => texts.goOn);
  await chat.guide.begin(remarks);
};

/** A session that was handed in earlier, in this browser. */
export const enterLate = async (chat: Chat, session: Session) => {
  const {guide} = chat;
  const round = ++guide.round;
  chat.answers.handOver();
  const later = await chat.equip();
  if (!later || round !== guide.round) return;
  chat.uploads!.restore(session.files);
  chat.confirmation!.emailMasked = session.pending_email_masked ?? session.email_masked ?? '';
  later.retell(chat);
  if (session.state === 'pending') return guide.restAt(guide.walk.ofType('verify_email'));
  chat.isRecognised = true;
  const name = session.name;
  guide.say(({texts}) => (name ? fill(texts, 'hello', {name}) : texts.helloUnnamed));
  guide.restAt(guide.walk.ofType('end', 'complete'), true);
};

const welcomeBack = async (chat: Chat, session: Session) => {
  const {answers, guide} = chat;
  answers.adopt(session, chat.client.clockAheadMs);
  if (session.state !== 'visit') return chat.onSession(session);
  const hasTrace = session.files.length > 0 || session.consents.length > 0;
  if (!hasTrace && !answers.hasBegun) return guide.begin();
  return askWhetherToContinue(chat, session.files);
};

const askWhetherToContinue = async (chat: Chat, files: StoredFile[]) => {
  const {answers, guide} = chat;
  const {round} = guide;
  const later = await chat.equip();
  if (!later || round !== guide.round) return;
  chat.uploads!.restore(files);
  later.retell(chat);
  const name = answers.name;
  guide.say(({texts}) => (name ? fill(texts, 'returning', {name}) : texts.returningUnnamed));
  guide.show('returning');
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
