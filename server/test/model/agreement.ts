import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';

import type {Session} from '../../contract/sessions.js';
import {until} from '../until.js';
import {incrementCounter} from './operation.js';
import type {Model} from './operation.js';
import {applyCleanup} from './time-operations.js';
import {MAX_FILES} from './visit.js';
import type {ModelVisit} from './visit.js';
import type {World} from './world.js';

const READ_MS = 60_000;

/**
 * Requires that rows, objects, responses and audit events agree after all operations have ended.
 */
export const requireAgreement = async (model: Model, world: World): Promise<void> => {
  await world.reap();
  await world.reap();
  await world.untilPurged();
  applyCleanup(model);
  for (const visit of model.visits) {
    await requireResponses(visit, world);
    await requireRows(visit, world);
    await requireObjects(visit, world);
    await requireAuditRows(visit, world);
    if (wasAbandoned(visit)) incrementCounter(model, 'abandoned');
  }
};

const wasAbandoned = ({audited, furthestStep}: ModelVisit): boolean =>
  furthestStep >= 0 && (audited.has('visit_abandoned') || audited.has('session_reset'));

const requireResponses = async (visit: ModelVisit, world: World): Promise<void> => {
  for (const replica of [0, 1]) {
    const {status, body} = await world.callAs<Session>(replica, visit, {
      method: 'GET',
      path: '/api/session',
    });
    assert.equal(status, visit.isAlive ? 200 : 410, `${visit.uuid} is ${visit.life}`);
    if (status !== 200) continue;
    const {state, name, email_masked, pending_email_masked} = body;
    assert.deepEqual(
      {
        ...{state, name, email_masked, pending_email_masked},
        consents: Object.fromEntries(body.consents.map(({purpose, granted}) => [purpose, granted])),
        files: body.files.map(({id}) => id).sort(),
      },
      visit.seen,
    );
    for (const {id, sha256} of body.files) {
      const bytes = visit.files.find((file) => file.id === id)?.bytes ?? '';
      assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
    }
  }
};

const ROW_STATES = {
  visit: 'open',
  pending: 'session',
  complete: 'session',
  archived: 'session',
  gone: 'gone',
  erased: 'erased',
};

const requireRows = async ({uuid, life, hasRow}: ModelVisit, {sql}: World): Promise<void> => {
  const [row] = await sql<{state: string; session: string | null}[]>`
    select state,
           (select case when archived_at is not null then 'archived'
                        when verified then 'complete' else 'pending' end
            from user_sessions s where s.uuid = visits.uuid) as session
    from visits where uuid = ${uuid}`;
  const session = ['pending', 'complete', 'archived'].includes(life) ? life : null;
  assert.deepEqual(row, hasRow ? {state: ROW_STATES[life], session} : undefined);
  const torn = await sql`
    select uuid from user_sessions where uuid = ${uuid} and verified and archived_at is not null`;
  assert.deepEqual([...torn], [], 'no session is complete and archived');
};

const requireObjects = async (visit: ModelVisit, {sql, server}: World): Promise<void> => {
  const rows = await sql<{id: string; state: string}[]>`
    select id, state from file_uploads
    where session_uuid = ${visit.uuid} and state <> 'deleting' order by id`;
  assert.ok(rows.length <= MAX_FILES, `${rows.length} files`);
  assert.deepEqual(
    rows.map(({id, state}) => `${id} ${state}`),
    visit.files.map(({id}) => `${id} stored`).sort(),
  );
  const expected = visit.files.map(({id}) => `uploads/${visit.uuid}/${id}.pdf`).sort();
  // A replica may currently be deleting an object.
  await until(async () => (await listObjectKeys(visit, server)).join() === expected.join());
  for (const {id, bytes} of visit.files) {
    const chunks: Uint8Array[] = [];
    const key = `uploads/${visit.uuid}/${id}.pdf`;
    const object = await server.objects.get(key, AbortSignal.timeout(READ_MS));
    for await (const chunk of object ?? []) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(bytes), `${id} has the bytes that were sent`);
  }
};

const listObjectKeys = async (
  {uuid}: ModelVisit,
  {objects}: World['server'],
): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of objects.list(`uploads/${uuid}/`)) {
    keys.push(...page.objects.map(({key}) => key));
  }
  return keys.sort();
};

const requireAuditRows = async (visit: ModelVisit, {sql}: World): Promise<void> => {
  const rows = await sql<{event: string; count: number}[]>`
    select event_type as event, count(*)::int as count from audit_logs
    where user_uuid = ${visit.uuid} group by event_type`;
  const found = mergeEnds(new Map(rows.map(({event, count}) => [event, count])));
  const expected = mergeEnds(new Map<string, number>(visit.audited));
  // A killed server may or may not have logged a failed upload.
  if (visit.wasKilled) for (const trail of [found, expected]) trail.delete('file_upload_error');
  assert.deepEqual(formatCounts(found), formatCounts(expected), `the audit rows of ${visit.uuid}`);
};

/** Merges both ends of an expired visit, because either the visitor or cleanup may be first. */
const mergeEnds = (trail: Map<string, number>): Map<string, number> => {
  const ends = (trail.get('visit_abandoned') ?? 0) + (trail.get('session_reset') ?? 0);
  trail.delete('visit_abandoned');
  trail.delete('session_reset');
  return ends === 0 ? trail : trail.set('ended', ends);
};

const formatCounts = (trail: Map<string, number>) =>
  [...trail].sort(([a], [b]) => (a < b ? -1 : 1)).map(([event, count]) => `${event} ${count}`);

/** Requires the counters of a site, which include all runs. */
export const requireFunnel = async (model: Pick<Model, 'funnel'>, world: World): Promise<void> => {
  await waitForCounter('opened', model, world);
  assert.deepEqual(formatCounts(await getFunnel(world)), formatCounts(model.funnel));
};

export const waitForCounter = async (
  counter: string,
  {funnel}: Pick<Model, 'funnel'>,
  world: World,
): Promise<void> =>
  until(async () => (await getFunnel(world)).get(counter) === funnel.get(counter));

const getFunnel = async ({sql}: World): Promise<Map<string, number>> => {
  const rows = await sql<{counter: string; count: number}[]>`
    select counter, sum(count)::int as count from funnel_daily
    where counter not like 'passed\\_%' group by counter`;
  return new Map(rows.map(({counter, count}) => [counter, count]));
};
