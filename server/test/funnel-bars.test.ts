import t from 'tap';

import type {Step} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import type {Funnel} from '../contract/owner-funnel.js';
import {saveSite} from '../sites/store.js';
import {getConfirmationLink} from './mailbox.js';
import {OwnerClient} from './owner-client.js';
import {writeMessage} from './responder-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const QUESTION = {type: 'ask', kind: 'yes_no', text: 'Is it new?'} as const;
const REFUSED = {id: 'refused', type: 'end', outcome: 'refused'} as const;
const [, ASK_NAME, ASK_STORAGE] = DEFAULT_CONVERSATION.steps as [Step, Step, Step];

/** Act of a visitor: `?` a question, `@` the contact, `!` the confirmation, else a step to report. */
type Act = string;

const CASES: {
  title: string;
  steps: readonly Step[];
  visits: Act[][];
  /** Bars after the first: step, reached, left. */
  bars: [string, number, number | null][];
  opened: [number, number];
}[] = [
  {
    title: 'who has submitted an e-mail address waits at the confirmation',
    steps: DEFAULT_CONVERSATION.steps,
    visits: [
      ['name', 'consent_personal_data', 'consent_ai_training', 'files', 'email', '@'],
      ['name', 'consent_personal_data', 'consent_ai_training', 'files', 'email', '@', '!'],
      ['name', 'consent_personal_data', 'consent_ai_training', 'files', 'email'],
      [],
    ],
    opened: [4, 1],
    bars: [
      ['name', 3, 0],
      ['consent_personal_data', 3, 0],
      ['consent_ai_training', 3, 0],
      ['files', 3, 0],
      ['email', 3, 1],
      ['verify', 2, 1],
      ['completed', 1, null],
    ],
  },
  {
    title: 'who asks has not left, and has passed the consent that was asked for then',
    steps: DEFAULT_CONVERSATION.steps,
    visits: [
      ['?'],
      ['?', 'name', 'consent_ai_training'],
      ['name', 'consent_personal_data'],
      ['?', '@', '!'],
      ['name', '?', '@'],
      [],
    ],
    opened: [6, 1],
    bars: [
      ['name', 3, 0],
      ['consent_personal_data', 2, 1],
      ['consent_ai_training', 1, 1],
      ['files', 0, 0],
      ['email', 0, 0],
      ['verify', 2, 1],
      ['completed', 1, null],
    ],
  },
  {
    title: 'branches lead past steps, also to an end that is refused',
    steps: [
      ASK_NAME,
      ASK_STORAGE,
      {
        ...QUESTION,
        ...{id: 'adult', field: 'adult'},
        next: [
          {when: {field: 'answers.adult', operator: 'is', value: false}, to: 'refused'},
          {when: {field: 'answers.adult', operator: 'is', value: null}, to: 'later'},
        ],
      },
      {...QUESTION, id: 'now', field: 'now', next: [{to: 'email'}]},
      {...QUESTION, id: 'later', field: 'later'},
      {id: 'email', type: 'ask', field: 'email'},
      {id: 'verify', type: 'verify_email'},
      {id: 'done', type: 'end', outcome: 'complete'},
      REFUSED,
    ],
    visits: [
      ['name', 'consent_personal_data', 'adult', 'refused'],
      ['name', 'consent_personal_data', 'adult', 'now', 'email', '@', '!'],
      ['name', 'consent_personal_data', 'adult', 'later', 'email', '@', '!'],
      ['name', 'consent_personal_data', 'adult', 'now'],
      ['name', 'consent_personal_data', 'adult', 'later'],
    ],
    opened: [5, 0],
    bars: [
      ['name', 5, 0],
      ['consent_personal_data', 5, 0],
      ['adult', 5, 1],
      ['now', 2, 1],
      ['later', 2, 1],
      ['email', 2, 0],
      ['verify', 2, 0],
      ['completed', 2, null],
    ],
  },
  {
    title: 'questions that follow the confirmation',
    steps: [
      ASK_NAME,
      ASK_STORAGE,
      {id: 'email', type: 'ask', field: 'email'},
      {id: 'verify', type: 'verify_email'},
      {...QUESTION, id: 'new', field: 'new'},
      {id: 'done', type: 'end', outcome: 'complete'},
      REFUSED,
    ],
    visits: [
      ['name', 'consent_personal_data', 'email', '@', '!', 'new'],
      ['name', 'consent_personal_data', 'email', '@', 'new'],
      ['name', 'consent_personal_data', 'email', '@', 'new', '!'],
      ['name', 'consent_personal_data', 'email', '@'],
    ],
    opened: [4, 0],
    bars: [
      ['name', 4, 0],
      ['consent_personal_data', 4, 0],
      ['email', 4, 0],
      ['verify', 4, 1],
      ['new', 3, 1],
      ['completed', 2, null],
    ],
  },
  {
    title: 'a conversation without an e-mail step is complete at its end',
    steps: [
      ASK_STORAGE,
      {...QUESTION, id: 'new', field: 'new'},
      {id: 'done', type: 'end', outcome: 'complete'},
      REFUSED,
    ],
    visits: [
      ['consent_personal_data', 'new', 'done'],
      ['consent_personal_data', 'new'],
    ],
    opened: [2, 0],
    bars: [
      ['consent_personal_data', 2, 0],
      ['new', 2, 1],
      ['done', 1, null],
    ],
  },
];

const act = async ({url, mailbox}: TestServer, site: string, acts: Act[]): Promise<void> => {
  const visitor = await Visitor.arrive(url, site);
  const email = `${visitor.uuid}@example.com`;
  if (acts.length > 0) await visitor.consent({personal_data: true});
  for (const one of acts) {
    if (one === '?') await writeMessage(visitor, 'When are you open?');
    else if (one === '@') await visitor.contact(email);
    else if (one === '!')
      await fetch(getConfirmationLink(await mailbox.waitFor(email)), {method: 'POST'});
    else await visitor.call('POST', '/api/session/progress', {json: {step: one}});
  }
};

t.test('the bars of the funnel are true', async (t) => {
  const server = await startServer(t);
  for (const [i, {title, steps, visits, bars, opened}] of CASES.entries())
    await t.test(title, async (t) => {
      const key = `site-${i}`;
      const settings = {conversation: {version: 1 as const, steps: [...steps]}};
      await saveSite(server.sql, {
        ...{key, name: key, settings},
        ...{allowedOrigins: [], notifyEmail: 'owner@example.com'},
      });
      const owner = await OwnerClient.create(server, {roles: {[key]: 'observer'}});
      for (const acts of visits) await act(server, key, acts);
      const read = async () =>
        (await owner.call<Funnel>('GET', `/api/owner/sites/${key}/funnel`)).body;
      await until(async () => (await read()).steps[0]?.reached === visits.length);

      const {steps: found, days} = await read();

      t.same(
        found.map(({counter, reached, left}) => [counter.replace(/^step_/, ''), reached, left]),
        [['opened', ...opened], ...bars],
      );
      t.same(
        found.map(({left_share: share}) => share),
        found.map(({reached, left}) => (left === null || reached === 0 ? null : left / reached)),
      );
      t.same(
        days.at(-1)?.counts,
        Object.fromEntries(
          found.filter(({reached}) => reached > 0).map(({counter, reached}) => [counter, reached]),
        ),
      );
    });
});
