import t from 'tap';
import {Compile} from 'typebox/compile';
import type {TSchema} from 'typebox';

import {DEFAULT_CONVERSATION} from '../contract/conversation.js';
import {startServer} from './start-server.js';
import {request} from './visitor.js';

t.test('the published schema of a conversation matches the server’s', async (t) => {
  const {url} = await startServer(t);
  const {body, headers, status} = await request<TSchema & {$id: string}>(
    url,
    'GET',
    '/api/conversation.schema.json',
  );
  t.equal(status, 200);
  t.match(headers.get('content-type'), /application\/json/);
  t.equal(new URL(body.$id).pathname, '/api/conversation.schema.json');

  const takes = (document: unknown) => Compile(body).Check(document);
  const step = {id: 'a', type: 'say', text: {en: 'Hello', de: 'Guten Tag'}};
  const going = (when: unknown) => ({version: 1, steps: [{...step, next: [{when, to: 'a'}]}]});
  const is = {field: 'files.stored', operator: 'at_least', value: 1};

  t.ok(takes(DEFAULT_CONVERSATION));
  t.ok(takes({version: 1, steps: [step]}));
  t.ok(takes(going({all: [is, {not: {any: [is]}}]})), 'conditions nest');
  t.notOk(takes(going({all: [is, {not: {any: [{...is, operator: 'looks_like'}]}}]})));
  t.notOk(takes({version: 2, steps: [step]}));
  t.notOk(takes({version: 1, steps: [{...step, type: 'dance'}]}));
  t.notOk(takes({version: 1, steps: [{...step, text: {en: 7}}]}));
  t.notOk(takes({version: 1, steps: []}));
});
