import type {Conversation, Step} from '../contract/conversation.js';
import type {SiteSettings} from '../contract/sites.js';
import {saveSite} from '../sites/store.js';
import {OWNER_EMAIL} from './contact-helpers.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

/** Questions of every kind. */
export const QUESTIONS: Step[] = [
  {
    id: 'ask_position',
    type: 'ask',
    field: 'position',
    kind: 'choice',
    text: {en: 'Which position, {name}?', de: 'Welche Stelle, {name}?'},
    options: [
      {value: 'nurse', label: {en: 'Nurse', de: 'Pflegekraft'}},
      {value: 'doctor', label: {en: 'Doctor', de: 'Ärztin oder Arzt'}},
    ],
    other: true,
  },
  {
    id: 'ask_days',
    type: 'ask',
    field: 'days',
    kind: 'choice',
    text: 'On which days?',
    options: [
      {value: 'monday', label: 'Monday'},
      {value: 'tuesday', label: 'Tuesday'},
      {value: 'friday', label: 'Friday'},
    ],
    multiple: true,
    max_choices: 2,
  },
  {id: 'ask_why', type: 'ask', field: 'why', kind: 'long_text', text: 'Why {answers.position}?'},
  {id: 'ask_town', type: 'ask', field: 'town', kind: 'text', text: 'Where?', max_length: 20},
  {id: 'ask_licence', type: 'ask', field: 'licence', kind: 'yes_no', text: 'Do you drive?'},
  {
    id: 'ask_years',
    type: 'ask',
    field: 'years',
    kind: 'number',
    text: 'For how many years?',
    min: 0,
    max: 60,
    unit: {en: 'years', de: 'Jahre'},
  },
  {
    id: 'ask_start',
    type: 'ask',
    field: 'start',
    kind: 'date',
    text: 'From when?',
    min: '2020-01-01',
  },
  {id: 'ask_phone', type: 'ask', field: 'phone', kind: 'phone', text: 'Your number?'},
  {id: 'ask_page', type: 'ask', field: 'page', kind: 'url', text: 'Your page?'},
];

/** A valid answer to each question. */
export const ANSWERS = {
  position: 'nurse',
  days: ['monday', 'friday'],
  why: 'I like people.\nAnd coffee.',
  town: 'Köln',
  licence: true,
  years: 4,
  start: '2027-01-31',
  phone: '+49 221 12345',
  page: 'https://example.com/anna',
};

export const getConversation = (questions: Step[] = QUESTIONS): Conversation => ({
  version: 1,
  steps: [
    {id: 'name', type: 'ask', field: 'name'},
    ...questions,
    {id: 'email', type: 'ask', field: 'email'},
    {id: 'verify', type: 'verify_email'},
    {id: 'complete', type: 'end', outcome: 'complete'},
  ],
});

/** Saves a site that asks these questions. A running server sees a change after a few seconds. */
export const saveQuestions = async (
  {sql}: Pick<TestServer, 'sql'>,
  key: string,
  questions: Step[] = QUESTIONS,
  settings: SiteSettings = {},
) =>
  saveSite(sql, {
    key,
    name: key,
    allowedOrigins: [],
    notifyEmail: OWNER_EMAIL,
    settings: {...settings, conversation: getConversation(questions)},
  });

/** Returns a visitor of a site who has consented to storage. */
export const arriveAt = async ({url}: Pick<TestServer, 'url'>, site: string): Promise<Visitor> => {
  const visitor = await Visitor.arrive(url, site);
  await visitor.consent({personal_data: true});
  return visitor;
};

export const getAnswerRows = ({sql}: Pick<TestServer, 'sql'>, uuid: string) =>
  sql<{field: string; kind: string | null; question: string; value: unknown; label: string}[]>`
    select field, kind, question, value, label from session_answers
    where session_uuid = ${uuid} order by position, field`;
