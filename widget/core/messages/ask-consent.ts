import type {Step} from '../../../server/contract/conversation.js';

import type {Chat} from '../chat.js';

/** Asked for if the site's conversation does not ask for the consent itself. */
const OWN_CONSENT = {id: 'consent_to_ask', type: 'consent', purpose: 'personal_data'} as const;

/** Asks for the consent to storing, which the question that waits needs. */
export const askConsent = async ({flow, outbox, state}: Chat) => {
  const {graph, step} = flow;
  const isConsent = (one: Step | null) =>
    one?.type === 'consent' && one.purpose === 'personal_data';
  // Maria is typing, and this is called again at the next step.
  if ((!step && state.phase === 'step') || isConsent(step)) return;
  // The backend has to have a refusal before it is asked about again.
  if (step?.type === 'end') await outbox.flush();
  await flow.goTo(graph.firstOf(isConsent) ?? OWN_CONSENT);
};
