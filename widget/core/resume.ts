import {html} from 'lit';

import type {Step} from '../../server/contract/conversation.js';
import type {Session} from '../../server/contract/sessions.js';

import type {Chat} from './chat.js';
import {consentAnswer} from './flow/step-texts.js';
import {interpolate} from '../i18n/languages.js';
import type {Language} from '../i18n/languages.js';
import type {LineText} from './flow/transcript.js';

/**
 * Goes on with somebody who comes back: to a session, or to answers that this browser has kept. A
 * file of its own, since most conversations are had in one go.
 */
export const resumeVisit = (chat: Chat, session: Session | null) => {
  chat.uploads!.restore(session?.files ?? []);
  if (session && session.state !== 'visit') return greetReturning(chat, session);
  const {answers, flow} = chat;
  const {name} = answers;
  replayAnswers(chat);
  flow.say(({texts}) => (name ? interpolate(texts, 'returning', {name}) : texts.returningUnnamed));
  flow.setPhase('returning');
  // What was written is seen before the visitor decides.
  void chat.intake!.openThread(chat);
};

/** Handed in earlier, in this browser. */
const greetReturning = (chat: Chat, session: Session) => {
  const {delayed, email_masked, name, pending_email_masked, state} = session;
  const {flow} = chat;
  chat.answers.markSubmitted();
  chat.verification!.emailMasked = pending_email_masked ?? email_masked ?? '';
  chat.verification!.isDelayed = delayed;
  replayAnswers(chat);
  if (state === 'pending') return flow.waitAt(flow.graph.ofType('verify_email'));
  chat.isRecognised = true;
  flow.say(({texts}) => (name ? interpolate(texts, 'hello', {name}) : texts.helloUnnamed));
  flow.waitAt(flow.graph.ofType('end', 'complete'), true);
};

/** What the visitor has answered, as far as this page, its storage or the backend knows. */
const answerTo = (chat: Chat, step: Step): LineText | null => {
  const {verification, conditionValues, name, uploads} = chat;
  if (step.type === 'consent') {
    const isGranted = conditionValues[`consents.${step.purpose}`];
    return isGranted === undefined ? null : consentAnswer(isGranted as boolean);
  }
  if (step.type === 'upload') {
    const count = uploads?.storedCount;
    return count ? ({texts}) => interpolate(texts, 'filesDone', {count}) : null;
  }
  if (step.type !== 'ask') return null;
  const text = step.field === 'name' ? name : verification?.address || verification?.emailMasked;
  return text ? () => text : null;
};

/**
 * After a reload, and where another tab has gone on, this page has not heard all that was said: what
 * is missing before the last answer is told again, without a time and without being read out. An
 * answer that was corrected elsewhere is put right where it stands, which is all that may be done
 * while a later question waits.
 */
export const replayAnswers = (chat: Chat, isToBeRightAlone = false) => {
  const {flow, state, transcript} = chat;
  const seen = new Set<Step>();
  let unheard: Step[] = [];
  let step: Step | null = flow.graph.first;
  const isPast = (one: Step) =>
    flow.isSkipped(one) || (state !== 'visit' && one.type !== 'verify_email' && one.type !== 'end');
  while (step && !seen.has(step) && isPast(step)) {
    seen.add(step);
    const {id, type} = step;
    const answer = answerTo(chat, step);
    const said = transcript.answerTo(id);
    if (type === 'say' && !flow.spokenSteps.has(step)) unheard.push(step);
    if (said && answer) said.text = answer;
    else if (answer && !isToBeRightAlone) {
      for (const one of [...unheard, step]) {
        flow.spokenSteps.add(one);
        // The question that waits here is the last thing that was said.
        if (one !== flow.step) transcript.say('maria', flow.promptFor(one), null, 0);
      }
      transcript.say('visitor', answer, id, 0);
      unheard = [];
    }
    step = flow.graph.after(step, chat.conditionValues);
  }
};

export const returningView = (chat: Chat, {texts}: Language) => html`
  <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
    <button part="button" class="primary" @click=${() => continueVisit(chat)}>${texts.goOn}</button>
    <button part="button" class="choice" @click=${() => chat.lifecycle.startOver()}>
      ${texts.discard}
    </button>
  </div>
`;

const continueVisit = async (chat: Chat) => {
  const remarks: LineText[] = [({texts}) => texts.goesOn];
  const count = chat.storage.unsent();
  if (count) remarks.push(({texts}) => interpolate(texts, 'filesAgain', {count}));
  chat.addVisitorLine(({texts}) => texts.goOn);
  await chat.flow.begin(remarks);
};
