import type {Step} from '../../../server/contract/conversation.js';

import type {Chat} from '../chat.js';
import {consentAnswer} from '../flow/answer-texts.js';
import {isEndOf} from '../flow/step-types.js';
import type {QuestionConsent} from '../messages/ask-consent.js';

/** Records a consent or its refusal, with the wording that was shown. */
export const answerConsent = async (chat: Chat, granted: boolean) => {
  const {answers, flow, language} = chat;
  const step = flow.step as QuestionConsent | null;
  if (step?.type !== 'consent') return;
  const wording = flow.promptFor(step)(language);
  answers.recordDecision({purpose: step.purpose, granted, wording, locale: language.tag});
  chat.addAnswer(consentAnswer(granted));
  if (step.purpose === 'personal_data') {
    if (!granted) return step.isForQuestion ? dropQuestion(chat) : refuseStorage(chat, step);
    chat.host.onMayWrite();
  }
  await flow.complete(step);
};

/** Continues without the question that needed the consent. Its text stays in the field. */
const dropQuestion = (chat: Chat) => {
  chat.setIntent({isAsking: false});
  return chat.flow.begin([({texts}) => texts.notSent]);
};

const refuseStorage = async (chat: Chat, step: Step) => {
  const {answers, flow, uploads} = chat;
  uploads?.clear();
  answers.clearValues();
  const next = flow.graph.after(step, chat.conditionValues);
  // A site's conversation that was saved by an earlier server can be without such an end.
  await flow.goTo(isEndOf(next, 'refused') ? next : flow.graph.endOf('refused'));
};
