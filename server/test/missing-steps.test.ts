import t from 'tap';

import type {Conversation} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import {findWarnings} from '../sites/conversation-warnings.js';
import {validateConversation} from '../sites/validate-conversation.js';

const name = {id: 'name', type: 'ask', field: 'name'};
const consent = {
  id: 'consent',
  type: 'consent',
  purpose: 'personal_data',
  next: [{when: {field: 'consents.personal_data', operator: 'is', value: false}, to: 'refused'}],
};
const upload = {id: 'files', type: 'upload'};
const email = {id: 'email', type: 'ask', field: 'email'};
const verify = {id: 'verify', type: 'verify_email'};
const complete = {id: 'complete', type: 'end', outcome: 'complete'};
const refused = {id: 'refused', type: 'end', outcome: 'refused'};
const ALL = [name, consent, upload, email, verify, complete, refused];

const getWarnings = (steps: object[]): string[] => {
  const document = {version: 1, steps} as Conversation;
  if (validateConversation(document, '').length > 0) throw new Error('The document is not valid.');
  return findWarnings(document, '').map(({path, message}) => `${path.slice(7)} ${message}`);
};

t.test('a conversation with all steps that it needs has no warning', async (t) => {
  t.same(getWarnings(DEFAULT_CONVERSATION.steps), []);
  t.same(getWarnings(ALL), []);
  t.same(getWarnings([name, {...refused, id: 'end'}]), [], 'nothing is submitted or promised');
});

t.test('a missing step is a warning at each step that needs it', async (t) => {
  const without = (...missing: object[]) =>
    getWarnings(ALL.filter((one) => !missing.includes(one)));
  t.same(without(name), [
    '2 can be reached without a question for the name: the server accepts no e-mail address without a name',
  ]);
  t.same(without(consent), [
    '2 can be reached without the consent to personal_data: the server accepts no e-mail address without it',
    '1 can be reached without the consent to personal_data: the server accepts no file without it',
  ]);
  t.same(without(email), [
    '4 can be reached without a question for the e-mail address: the answers are never submitted',
  ]);
  t.same(without(verify), [
    '4 can be reached without verify_email: Maria thanks for a confirmation that did not happen',
  ]);
});

t.test('the order of the steps counts, and every way', async (t) => {
  t.match(getWarnings([consent, email, name, verify, complete, refused]), [
    /^1 can be reached without a question for the name/,
  ]);
  const skipsEmail = {
    ...name,
    next: [{when: {field: 'name', operator: 'is', value: 'x'}, to: 'complete'}],
  };
  t.match(getWarnings([skipsEmail, consent, email, verify, complete, refused]), [
    /^4 can be reached without a question for the e-mail address/,
    /^4 can be reached without verify_email/,
  ]);
});
