import t from 'tap';

import type {Conversation} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import type {SiteConfig} from '../contract/sites.js';
import type {ValidationError} from '../errors.js';
import {startServer} from './start-server.js';
import {request} from './visitor.js';

const PATH = '/dev/playground/conversation';

interface Report {
  errors: ValidationError[];
  warnings: ValidationError[];
}

const ask = (field: string, more: object = {}) => ({
  version: 1,
  steps: [
    {id: field, type: 'ask', field, kind: 'text', text: 'What is it?', ...more},
    ...DEFAULT_CONVERSATION.steps,
  ],
});

t.test('the conversation of the playground', async (t) => {
  const {url} = await startServer(t);
  const put = async (json: unknown, headers: Record<string, string> = {}) =>
    request<Report>(url, 'PUT', PATH, {json, headers});
  const getSaved = async () => {
    const {body} = await request<{conversation: Conversation}>(
      url,
      'GET',
      '/api/sites/playground/config',
    );
    return body.conversation;
  };

  await t.test('begins with the steps of a site without settings', async (t) => {
    t.same((await request(url, 'GET', PATH)).body, DEFAULT_CONVERSATION);
  });

  await t.test('is saved, and the next preview has it at once', async (t) => {
    for (const field of ['first', 'second']) {
      const {status, body} = await put(ask(field));

      t.equal(status, 200);
      t.same(body, {errors: [], warnings: []});
      t.same(await getSaved(), ask(field));
    }
  });

  await t.test('is not saved with an error; all errors are reported', async (t) => {
    const saved = await getSaved();

    const {status, body} = await put(ask('Third', {hint: 7}));

    t.equal(status, 200);
    t.same(body.errors.map(({path}) => path).sort(), [
      '/steps/0/field',
      '/steps/0/hint',
      '/steps/0/hint',
      '/steps/0/id',
    ]);
    for (const json of [null, 7, [], {version: 1}, {...ask('third'), version: 2}])
      t.ok((await put(json)).body.errors.length > 0, JSON.stringify(json));
    t.same(await getSaved(), saved);
  });

  await t.test('is saved with a warning', async (t) => {
    const {body} = await put(ask('fourth', {hint: 'Not {answers.fifth}'}));

    t.same(body, {
      errors: [],
      warnings: [
        {path: '/steps/0/hint', message: 'inserts {answers.fifth}, which no step asks for'},
      ],
    });
    t.equal((await getSaved()).steps[0]?.id, 'fourth');
  });

  await t.test('cannot be changed by pages of other hosts', async (t) => {
    const saved = await getSaved();

    t.equal((await put(ask('sixth'), {origin: 'https://other.example'})).status, 403);
    t.same(await getSaved(), saved);
    t.equal((await put(ask('sixth'), {origin: 'http://localhost:1234'})).status, 200);
  });
});

t.test('its chat begins with the first step, also on a server with a responder', async (t) => {
  const {url} = await startServer(t, {
    settings: {
      RESPONDER: 'openai',
      RESPONDER_URL: 'https://models.example/v1',
      RESPONDER_MODEL: 'm',
    },
  });
  await request(url, 'PUT', PATH, {json: ask('first')});

  const {body} = await request<SiteConfig>(url, 'GET', '/api/sites/playground/config');

  t.equal(body.can_ask, false);
});
