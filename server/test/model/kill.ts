import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import fc from 'fast-check';

import type {AuditEvent} from '../../contract/event-names.js';
import type {Session} from '../../contract/sessions.js';
import {makePdf} from '../pdf.js';
import type {Answer} from '../visitor.js';
import {demandCounted} from './agreement.js';
import {discard} from './arrivals.js';
import {changed, confirmed, decision, gaveContact} from './decisions.js';
import {send, stored} from './files.js';
import {visitorOperation} from './operation.js';
import type {Model} from './operation.js';
import {cleaned} from './time.js';
import {MAX_FILES} from './visit.js';
import type {ModelVisit} from './visit.js';
import type {World} from './world.js';

/** The replica that can be killed. */
const OTHER = 1;

/** A call that a kill may interrupt. It was done if, and only if, its audit event exists. */
interface InterruptibleCall {
  events: AuditEvent[];
  call: () => Promise<Answer<object>>;
  done: (uploadedId: string) => void;
}

type Kind = 'upload' | 'contact' | 'refuse' | 'discard' | 'confirm';

/** Returns undefined if the server would refuse the call, because nothing could be interrupted. */
const interruptibleCall = (
  visit: ModelVisit,
  world: World,
  model: Model,
  kind: Kind,
): InterruptibleCall | undefined => {
  const as = (method: string, path: string, json?: unknown) =>
    world.as(OTHER, visit, {method, path, ...(json !== undefined && {json})});
  if (kind === 'upload' && visit.consents.personal_data && visit.files.length < MAX_FILES) {
    const bytes = makePdf(400_000);
    const sent = {name: 'cut.pdf', bytes, key: randomUUID(), size: bytes.length};
    return {
      events: ['file_upload'],
      call: () => send(world, OTHER, visit, sent),
      done: (id) => {
        stored(visit, {...sent, id}, model);
      },
    };
  }
  if (kind === 'contact' && visit.consents.personal_data && visit.life === 'visit') {
    const email = `${randomUUID()}@example.com`;
    return {
      events: ['contact_given'],
      call: () => as('PUT', '/api/session/contact', {name: 'Anna Beispiel', email}),
      done: () => {
        gaveContact(visit, 'Anna Beispiel', email, model);
      },
    };
  }
  if (kind === 'refuse') {
    return {
      events: ['consent_refused', 'consent_withdrawn'],
      call: () =>
        as('PUT', '/api/session/consents', {consents: [decision('personal_data', false)]}),
      done: () => {
        changed(visit, model);
        visit.refuseStoring();
      },
    };
  }
  if (kind === 'discard') {
    return {
      events: ['session_reset', 'session_erased'],
      call: () => as('DELETE', '/api/session'),
      done: () => {
        discard(visit);
      },
    };
  }
  const link = visit.links.find(({fate, isExpired}) => fate === 'open' && !isExpired);
  if (kind !== 'confirm' || !link) return undefined;
  return {
    events: ['email_verified'],
    call: async () => {
      const path = (await world.linkPaths(visit.uuid))[visit.links.indexOf(link)] ?? '';
      return world.call(OTHER, {method: 'POST', path});
    },
    done: () => {
      confirmed(visit, link, model);
    },
  };
};

const counted = async (visit: ModelVisit, world: World, events: AuditEvent[]) => {
  const counts = events.map((event) => world.auditCount(visit.uuid, event));
  return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0);
};

const killDuring = visitorOperation(
  'kill during',
  fc.record({
    who: fc.nat(3),
    replica: fc.constant(OTHER),
    kind: fc.constantFrom<Kind>('upload', 'upload', 'contact', 'refuse', 'discard', 'confirm'),
    afterMs: fc.nat(40),
    // Only one kill in four is real, because a restart takes seconds.
    isMeant: fc.nat(3).map((n) => n === 0),
  }),
  async (visit, world, {kind, afterMs, isMeant}, model) => {
    const cut = isMeant ? interruptibleCall(visit, world, model, kind) : undefined;
    if (!cut) return;
    await world.forgetMailCounts();
    // Opened-panel counts are buffered for one second before they are written.
    await demandCounted('opened', model, world);
    visit.wasKilled = true;
    const before = await counted(visit, world, cut.events);
    const files = visit.files.map(({id}) => id);
    const answering = cut.call().catch(() => undefined);
    await sleep(afterMs);
    const reviving = world.killOther();
    const answer = await answering;
    await reviving;
    const made = (await counted(visit, world, cut.events)) - before;
    assert.ok(made === 0 || made === 1, `${kind} was done ${made} times`);
    if (answer) assert.ok(made === 1 && answer.status < 300, `${kind} got ${answer.status}`);
    if (made === 1) cut.done(await newFile(visit, world, files));
    // `killOther` has run cleanup twice.
    cleaned(model);
  },
  ({isAlive, hasRow}) => isAlive && hasRow,
);

const newFile = async (visit: ModelVisit, world: World, known: string[]): Promise<string> => {
  const {body} = await world.as<Session>(0, visit, {method: 'GET', path: '/api/session'});
  return body.files?.find(({id}) => !known.includes(id))?.id ?? '';
};

export const kills = [killDuring];
