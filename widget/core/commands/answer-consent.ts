import type {Step} from '../../../server/contract/conversation.js';

import type {Chat} from '../chat.js';
import {consentAnswer} from '../flow/answer-texts.js';

/** Records a consent or its refusal, with the wording that was shown. */
export const answerConsent = async (chat: Chat, granted: boolean) => {
  const {answers, flow, language} = chat;
  const {step} = flow;
  if (step?.type !== 'consent') return;
  const wording = flow.promptFor(step)(language);
  answers.recordDecision({purpose: step.purpose, granted, wording, locale: language.tag});
  chat.addAnswer(consentAnswer(granted));
  if (step.purpose === 'personal_data') {
    if (!granted) return refuseStorage(chat, step);
    chat.host.onMayWrite();
  }
  await flow.complete(step);
};

const refuseStorage = async (chat: Chat, step: Step) => {
  const {answers, flow, uploads} = chat;
  const {graph} = flow;
  uploads?.clear();
  answers.clearValues();
  const next = graph.after(step, chat.conditionValues);
  const isRefusal = next?.type === 'end' && next.outcome === 'refused';
  // A site's conversation that was saved by an earlier server can be without such an end.
  const end = graph.endOf('refused') ?? ({id: 'refused', type: 'end', outcome: 'refused'} as const);
  await flow.goTo(isRefusal ? next : end);
};
