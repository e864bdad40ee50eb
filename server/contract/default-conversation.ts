import type {Conversation} from './conversation.js';

/** Conversation of a site that has not set its own. */
export const DEFAULT_CONVERSATION: Conversation = {
  version: 1,
  steps: [
    {id: 'welcome', type: 'say'},
    {id: 'name', type: 'ask', field: 'name'},
    {
      id: 'consent_personal_data',
      type: 'consent',
      purpose: 'personal_data',
      next: [
        {when: {field: 'consents.personal_data', operator: 'is', value: false}, to: 'refused'},
      ],
    },
    {id: 'consent_ai_training', type: 'consent', purpose: 'ai_training'},
    {id: 'files', type: 'upload'},
    {id: 'email', type: 'ask', field: 'email'},
    {id: 'verify', type: 'verify_email'},
    {id: 'complete', type: 'end', outcome: 'complete'},
    {id: 'refused', type: 'end', outcome: 'refused'},
  ],
};
