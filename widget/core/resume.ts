import {html} from 'lit';

import type {Step} from '../../server/contract/conversation.js';
import type {Session} from '../../server/contract/sessions.js';

import type {Chat} from './chat.js';
import {decisionOf} from './flow/step-texts.js';
import {fill} from '../i18n/languages.js';
import type {Language} from '../i18n/languages.js';
import type {Words} from './flow/transcript.js';

/**
 * Goes on with somebody who comes back: to a session, or to answers that this browser has kept. A
 * file of its own, since most conversations are had in one go.
 */
export const takeUp = (chat: Chat, session: Session | null) => {
  chat.uploads!.restore(session?.files ?? []);
  if (session && session.state !== 'visit') return greetLate(chat, session);
  const {answers, guide} = chat;
  const {name} = answers;
  retell(chat);
  guide.say(({texts}) => (name ? fill(texts, 'returning', {name}) : texts.returningUnnamed));
  guide.show('returning');
  // What was written is seen before the visitor decides.
  void chat.later!.joinTalk(chat);
};

/** Handed in earlier, in this browser. */
const greetLate = (chat: Chat, session: Session) => {
  const {delayed, email_masked, name, pending_email_masked, state} = session;
  const {guide} = chat;
  chat.answers.handOver();
  chat.confirmation!.emailMasked = pending_email_masked ?? email_masked ?? '';
  chat.confirmation!.isDelayed = delayed;
  retell(chat);
  if (state === 'pending') return guide.restAt(guide.walk.ofType('verify_email'));
  chat.isRecognised = true;
  guide.say(({texts}) => (name ? fill(texts, 'hello', {name}) : texts.helloUnnamed));
  guide.restAt(guide.walk.ofType('end', 'complete'), true);
};

/** What the visitor has answered, as far as this page, its storage or the backend knows. */
const answerTo = (chat: Chat, step: Step): Words | null => {
  const {confirmation, facts, name, uploads} = chat;
  if (step.type === 'consent') {
    const isGranted = facts[`consents.${step.purpose}`];
    return isGranted === undefined ? null : decisionOf(isGranted as boolean);
  }
  if (step.type === 'upload') {
    const count = uploads?.storedCount;
    return count ? ({texts}) => fill(texts, 'filesDone', {count}) : null;
  }
  if (step.type !== 'ask') return null;
  const text = step.field === 'name' ? name : confirmation?.address || confirmation?.emailMasked;
  return text ? () => text : null;
};

/**
 * After a reload, and where another tab has gone on, this page has not heard all that was said: what
 * is missing before the last answer is told again, without a time and without being read out. An
 * answer that was corrected elsewhere is put right where it stands, which is all that may be done
 * while a later question waits.
 */
export const retell = (chat: Chat, isToBeRightAlone = false) => {
  const {guide, state, transcript} = chat;
  const seen = new Set<Step>();
  let unheard: Step[] = [];
  let step: Step | null = guide.walk.first;
  const isPast = (one: Step) =>
    guide.isPassedBy(one) ||
    (state !== 'visit' && one.type !== 'verify_email' && one.type !== 'end');
  while (step && !seen.has(step) && isPast(step)) {
    seen.add(step);
    const {id, type} = step;
    const answer = answerTo(chat, step);
    const said = transcript.answerTo(id);
    if (type === 'say' && !guide.heard.has(step)) unheard.push(step);
    if (said && answer) said.words = answer;
    else if (answer && !isToBeRightAlone) {
      for (const one of [...unheard, step]) {
        guide.heard.add(one);
        // The question that waits here is the last thing that was said.
        if (one !== guide.step) transcript.say('maria', guide.wordsOf(one), null, 0);
      }
      transcript.say('visitor', answer, id, 0);
      unheard = [];
    }
    step = guide.walk.after(step, chat.facts);
  }
};

export const returningView = (chat: Chat, {texts}: Language) => html`
  <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
    <button part="button" class="primary" @click=${() => continueVisit(chat)}>${texts.goOn}</button>
    <button part="button" class="choice" @click=${() => chat.endings.startOver()}>
      ${texts.discard}
    </button>
  </div>
`;

const continueVisit = async (chat: Chat) => {
  const remarks: Words[] = [({texts}) => texts.goesOn];
  const count = chat.storage.unsent();
  if (count) remarks.push(({texts}) => fill(texts, 'filesAgain', {count}));
  chat.visitorSays(({texts}) => texts.goOn);
  await chat.guide.begin(remarks);
};
