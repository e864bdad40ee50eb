import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  requireStatus,
  operationTarget,
  createOperation,
  createVisitorOperation,
} from './operation.js';
import type {Model} from './operation.js';
import type {ModelVisit} from './visit.js';
import type {World} from './world.js';

/** Times that can be moved into the past: within their limit, or beyond it. */
type Clock = 'idle' | 'too_old' | 'left' | 'pending' | 'archived' | 'complete' | 'links';

const clock = createVisitorOperation(
  'clock',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    what: fc.constantFrom<Clock>(
      ...(['idle', 'too_old', 'left', 'pending', 'pending'] as const),
      ...(['archived', 'archived', 'archived', 'complete', 'links', 'links', 'links'] as const),
    ),
    isBeyond: fc.boolean(),
  }),
  async (visit, world, {what, isBeyond, replica}) => {
    await changeClock[what](visit, world, isBeyond, replica);
  },
  // Cleanup may end an expired visit at any time.
  ({isExpired}) => !isExpired,
);

type ClockChange = (
  visit: ModelVisit,
  world: World,
  isBeyond: boolean,
  replica: number,
) => Promise<void>;

/**
 * The only fakes of the model are the times in rows. The database's clock is real, so a time within
 * a limit leaves minutes for later operations.
 */
const changeClock: Record<Clock, ClockChange> = {
  idle: async (visit, {sql}, isBeyond) => {
    await sql`
      update visits set last_seen_at = now() - ${`${isBeyond ? 31 : 20} minutes`}::interval
      where uuid = ${visit.uuid}`;
    if (isBeyond && visit.hasRow && visit.life === 'visit') visit.isExpired = true;
  },
  too_old: async (visit, {sql}, isBeyond) => {
    await sql`
      update visits set started_at = now() - ${`${isBeyond ? 25 : 23} hours`}::interval
      where uuid = ${visit.uuid}`;
    if (isBeyond && visit.hasRow && visit.life === 'visit') visit.isExpired = true;
  },
  left: async (visit, world, isBeyond, replica) => {
    const call = {
      method: 'POST',
      path: '/api/session/leave',
      json: {uuid: visit.uuid, token: visit.token},
    };
    const response = await world.call(replica, call);
    if (!visit.isAlive) {
      requireStatus(response, 410, 'session_gone');
      return;
    }
    await world.sql`
      update visits set left_at = left_at - ${`${isBeyond ? 11 : 2} minutes`}::interval
      where uuid = ${visit.uuid}`;
    await world.runUrgentCleanup();
    if (isBeyond && visit.hasRow && visit.life === 'visit') {
      visit.isExpired = true;
      visit.endIfExpired();
    }
  },
  pending: async (visit, {sql}, isBeyond) => {
    await sql`
      update user_sessions set created_at = now() - ${`${isBeyond ? 31 : 29} days`}::interval
      where uuid = ${visit.uuid}`;
    if (visit.life === 'pending') visit.isOverdue = isBeyond;
  },
  archived: async (visit, {sql}, isBeyond) => {
    await sql`
      update user_sessions set archived_at = now() - ${`${isBeyond ? 8 : 6} days`}::interval
      where uuid = ${visit.uuid} and archived_at is not null`;
    if (visit.life === 'archived') visit.isOverdue = isBeyond;
  },
  complete: async (visit, {sql}, isBeyond) => {
    await sql`
      update user_sessions set completed_at = now() - ${`${isBeyond ? 61 : 59} days`}::interval
      where uuid = ${visit.uuid} and verified`;
    if (visit.life === 'complete') visit.isOverdue = isBeyond;
  },
  links: async (visit, {sql}, isBeyond) => {
    await sql`
      update email_verifications
      set created_at = created_at - interval '61 seconds',
          expires_at = case when ${isBeyond} then now() - interval '1 second' else expires_at end
      where session_uuid = ${visit.uuid}`;
    visit.hasRecentLink = false;
    if (isBeyond) for (const link of visit.links) link.isExpired = true;
  },
};

const reap = createOperation({
  name: 'reaper',
  params: operationTarget,
  run: async (model, world) => {
    await world.reap();
    applyCleanup(model);
  },
});

/** Applies a whole cleanup run to every visit. */
export const applyCleanup = ({visits}: Model): void => {
  for (const visit of visits) visit.clean();
};

const sweep = createOperation({
  name: 'sweep',
  params: operationTarget,
  run: async (_model, world) => {
    // An object that is deleted between list and lookup would count as unknown.
    await world.untilPurged();
    const report = await world.sweepAll();
    assert.ok(report, 'no other sweep is running');
    const {unknown, missing, removed, foreign} = report;
    assert.deepEqual(
      {unknown, missing, removed, foreign},
      {unknown: 0, missing: 0, removed: 0, foreign: 0},
    );
  },
});

export const timeOperations = [clock, clock, clock, clock, reap, sweep];
