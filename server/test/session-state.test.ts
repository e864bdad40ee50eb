import t from 'tap';

import type {Session} from '../contract/sessions.js';
import {makePdf} from './pdf.js';
import {getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('a UUID is an empty visit before its first change', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.arrive(server.url);

  const {status, body} = await visitor.session();

  t.equal(status, 200);
  t.match(body, {uuid: visitor.uuid, state: 'visit', name: null, email_masked: null});
  t.same([body.files, body.consents], [[], []]);
  const files = await visitor.call('GET', '/api/files');
  t.same([files.status, files.body], [200, {files: []}]);
  t.equal(await getVisitState(server, visitor.uuid), undefined);
});

void t.test('GET /api/session returns the current state to a returning visitor', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf(2_000), {name: 'cv.pdf'});
  await visitor.contact('anna@example.com', 'Anna Beispiel');

  const {body} = await visitor.session();

  t.match(body, {
    uuid: visitor.uuid,
    state: 'pending',
    name: 'Anna Beispiel',
    email_masked: 'a•••@example.com',
    pending_email_masked: null,
    delayed: false,
    consents: [{purpose: 'personal_data', granted: true}],
    files: [{name: 'cv.pdf', size: 2_000}],
    idle_expires_at: null,
  } satisfies Partial<Record<keyof Session, unknown>>);
});
