import type {Step} from '../../../server/contract/conversation.js';

import type {Chat} from '../chat.js';
import {consentAnswer} from '../flow/step-texts.js';

/** Records a consent or its refusal, with the words that were shown. */
export const answerConsent = async (chat: Chat, granted: boolean) => {
  const {flow, answers} = chat;
  const {step} = flow;
  if (step?.type !== 'consent') return;
  const {language} = chat;
  const wording = flow.promptFor(step)(language);
  answers.recordDecision({purpose: step.purpose, granted, wording, locale: language.tag});
  chat.addVisitorLine(consentAnswer(granted));
  if (step.purpose === 'personal_data' && !granted) return refuseStorage(chat, step);
  await flow.complete(step);
};

const refuseStorage = async (chat: Chat, step: Step) => {
  const {flow, answers, uploads} = chat;
  uploads?.clear();
  answers.name = null;
  answers.email = null;
  const named = flow.graph.after(step, chat.conditionValues);
  const isRefusal = named?.type === 'end' && named.outcome === 'refused';
  await flow.goTo(isRefusal ? named : flow.graph.ofType('end', 'refused'));
};
