import type {Step} from '../server/contract/conversation.js';

import type {Chat} from './chat.js';
import {fill} from './texts.js';
import type {Words} from './transcript.js';

/** What the visitor has answered, as far as this page, its storage or the backend knows. */
export const answerTo = (chat: Chat, step: Step): Words | null => {
  const {confirmation, facts, name, uploads} = chat;
  if (step.type === 'consent') {
    const isGranted = facts[`consents.${step.purpose}`];
    return isGranted === undefined ? null : ({texts}) => (isGranted ? texts.agree : texts.disagree);
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
