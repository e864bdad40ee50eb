import type {Step} from '../../../server/contract/conversation.js';

import type {Chat} from '../chat.js';
import {decisionOf} from '../flow/step-texts.js';

/** Records a consent or its refusal, with the words that were shown. */
export const decide = async (chat: Chat, granted: boolean) => {
  const {guide, answers} = chat;
  const {step} = guide;
  if (step?.type !== 'consent') return;
  const {language} = chat;
  const wording = guide.wordsOf(step)(language);
  answers.decide({purpose: step.purpose, granted, wording, locale: language.tag});
  chat.visitorSays(decisionOf(granted));
  if (step.purpose === 'personal_data' && !granted) return farewell(chat, step);
  await guide.finish(step);
};

const farewell = async (chat: Chat, step: Step) => {
  const {guide, answers, uploads} = chat;
  uploads?.clear();
  answers.name = null;
  answers.email = null;
  const named = guide.walk.after(step, chat.facts);
  const isRefusal = named?.type === 'end' && named.outcome === 'refused';
  await guide.goTo(isRefusal ? named : guide.walk.ofType('end', 'refused'));
};
