import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import fc from 'fast-check';

import type {AuditEvent} from '../../contract/event-names.js';
import type {Session} from '../../contract/sessions.js';
import {makePdf} from '../pdf.js';
import type {ApiResponse} from '../visitor.js';
import {waitForCounter} from './agreement.js';
import {recordDiscard} from './visit-operations.js';
import {recordConfirmation, createDecision, recordContact} from './session-operations.js';
import {sendUpload, recordUpload} from './file-operations.js';
import {createVisitorOperation} from './operation.js';
import type {Model} from './operation.js';
import {applyCleanup} from './time-operations.js';
import {MAX_FILES} from './visit.js';
import type {ModelVisit} from './visit.js';
import type {World} from './world.js';

/** The replica that can be killed. */
const OTHER = 1;

/** A call that a kill may interrupt. It was done if, and only if, its audit event exists. */
interface InterruptibleCall {
  events: AuditEvent[];
  call: () => Promise<ApiResponse<object>>;
  done: (uploadedId: string) => void;
}

type Kind = 'upload' | 'contact' | 'refuse' | 'discard' | 'confirm';

/** Returns undefined if the server would refuse the call, because nothing could be interrupted. */
const createInterruptibleCall = (
  visit: ModelVisit,
  world: World,
  model: Model,
  kind: Kind,
): InterruptibleCall | undefined => {
  const as = (method: string, path: string, json?: unknown) =>
    world.callAs(OTHER, visit, {method, path, ...(json !== undefined && {json})});
  if (kind === 'upload' && visit.consents.personal_data && visit.files.length < MAX_FILES) {
    const bytes = makePdf(400_000);
    const sent = {name: 'cut.pdf', bytes, key: randomUUID(), size: bytes.length};
    return {
      events: ['file_upload'],
      call: () => sendUpload(world, OTHER, visit, sent),
      done: (id) => {
        recordUpload(visit, {...sent, id}, model);
      },
    };
  }
  if (kind === 'contact' && visit.consents.personal_data && visit.life === 'visit') {
    const email = `${randomUUID()}@example.com`;
    return {
      events: ['contact_given'],
      call: () => as('PUT', '/api/session/contact', {name: 'Anna Beispiel', email}),
      done: () => {
        recordContact(visit, 'Anna Beispiel', email, model);
      },
    };
  }
  if (kind === 'refuse') {
    return {
      events: ['consent_refused', 'consent_withdrawn'],
      call: () =>
        as('PUT', '/api/session/consents', {consents: [createDecision('personal_data', false)]}),
      done: () => {
        visit.hasRow = true;
        visit.revokeStorageConsent();
      },
    };
  }
  if (kind === 'discard') {
    return {
      events: ['session_reset', 'session_erased'],
      call: () => as('DELETE', '/api/session'),
      done: () => {
        recordDiscard(visit);
      },
    };
  }
  const link = visit.links.find(({state, isExpired}) => state === 'open' && !isExpired);
  if (kind !== 'confirm' || !link) return undefined;
  return {
    events: ['email_verified'],
    call: async () => {
      const path = (await world.linkPaths(visit.uuid))[visit.links.indexOf(link)] ?? '';
      return world.call(OTHER, {method: 'POST', path});
    },
    done: () => {
      recordConfirmation(visit, link, model);
    },
  };
};

const countAuditEvents = async (visit: ModelVisit, world: World, events: AuditEvent[]) => {
  const counts = events.map((event) => world.countAuditRows(visit.uuid, event));
  return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0);
};

const killDuring = createVisitorOperation(
  'kill during',
  fc.record({
    who: fc.nat(3),
    replica: fc.constant(OTHER),
    kind: fc.constantFrom<Kind>('upload', 'upload', 'contact', 'refuse', 'discard', 'confirm'),
    afterMs: fc.nat(40),
    // Only one kill in four is real, because a restart takes seconds.
    isReal: fc.nat(3).map((n) => n === 0),
  }),
  async (visit, world, {kind, afterMs, isReal}, model) => {
    const cut = isReal ? createInterruptibleCall(visit, world, model, kind) : undefined;
    if (!cut) return;
    await world.resetMailLimits();
    // Opened-panel counts are buffered for one second before they are written.
    await waitForCounter('opened', model, world);
    visit.wasKilled = true;
    const before = await countAuditEvents(visit, world, cut.events);
    const files = visit.files.map(({id}) => id);
    const pendingResponse = cut.call().catch(() => undefined);
    await sleep(afterMs);
    const restarting = world.killOther();
    const response = await pendingResponse;
    await restarting;
    const doneCount = (await countAuditEvents(visit, world, cut.events)) - before;
    assert.ok(doneCount === 0 || doneCount === 1, `${kind} was done ${doneCount} times`);
    if (response)
      assert.ok(doneCount === 1 && response.status < 300, `${kind} got ${response.status}`);
    if (doneCount === 1) cut.done(await findNewFile(visit, world, files));
    // `killOther` has run cleanup twice.
    applyCleanup(model);
  },
  ({isAlive, hasRow}) => isAlive && hasRow,
);

const findNewFile = async (visit: ModelVisit, world: World, known: string[]): Promise<string> => {
  const {body} = await world.callAs<Session>(0, visit, {method: 'GET', path: '/api/session'});
  return body.files?.find(({id}) => !known.includes(id))?.id ?? '';
};

export const killOperations = [killDuring];
