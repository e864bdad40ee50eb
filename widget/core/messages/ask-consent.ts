import type {Step} from '../../../server/contract/conversation.js';

import type {Chat} from '../chat.js';
import type {TextOf} from '../flow/transcript.js';

/** Consent that a question needs, which is asked for outside the order of the steps. */
export type QuestionConsent = Extract<Step, {type: 'consent'}> & {isForQuestion?: true};

/** Asked for if the site's conversation does not ask for the consent itself. */
const OWN_CONSENT: QuestionConsent = {
  id: 'consent_to_ask',
  type: 'consent',
  purpose: 'personal_data',
};

/** Why the consent is asked for now. */
const reason: TextOf = ({texts}) => texts.toAsk;

const isConsent = (step: Step | null) =>
  step?.type === 'consent' && step.purpose === 'personal_data';

/** Asks for the consent to storing, which the question that waits needs. */
export const askConsent = async (chat: Chat) => {
  const {flow, transcript} = chat;
  const {graph, step} = flow;
  // While Maria types, this is too early. It is called again at the next step.
  if (transcript.isTyping || isConsent(step)) return;
  const consent = graph.firstOf(isConsent) ?? OWN_CONSENT;
  if (flow.isRefused) await askAgain(chat, consent, () => [reason]);
  else await flow.goTo({...consent, isForQuestion: true} as QuestionConsent, [reason]);
};

/** Asks the refused question again, in a new session. The other answers were deleted, and are given again. */
export const reconsider = async (chat: Chat) => {
  const {answers, flow, transcript} = chat;
  const refused = transcript.lines.filter(({step}) => step).at(-1);
  await askAgain(chat, flow.graph.find(refused!.step!)!, () => {
    answers.start();
    transcript.say('visitor', ({texts}) => texts.changedMind);
    return [];
  });
};

/** The backend has to have the refusal before the question is asked again, after these remarks. */
const askAgain = (chat: Chat, step: Step, onRecorded: () => TextOf[]) =>
  chat.submit(async () => {
    await chat.outbox.flush();
    await chat.flow.goTo(step, onRecorded());
  });
