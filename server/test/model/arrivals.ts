import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';

import fc from 'fast-check';

import type {GeneratedUuid, ValidatedUuid} from '../../contract/sessions.js';
import {
  count,
  expectAnswer,
  isOver,
  livingOf,
  meeting,
  operation,
  visitorOperation,
} from './operation.js';
import {ModelVisit} from './visit.js';
import type {World} from './world.js';

const MAX_LIVING = 3;
const arriving = fc.record({replica: fc.nat(1)});

const validate = (world: World, replica: number, uuid: string, token?: string) =>
  world.call<ValidatedUuid>(replica, {
    method: 'POST',
    path: '/api/session/validate-uuid',
    json: {uuid},
    ...(token && {headers: {authorization: `Bearer ${token}`}}),
  });

const generate = operation({
  name: 'generate',
  params: arriving,
  when: ({visits}) => livingOf(visits).length < MAX_LIVING,
  run: async (model, world, {replica}) => {
    const answer = await world.call<GeneratedUuid>(replica, {
      method: 'POST',
      path: '/api/session/generate-uuid',
      json: {},
    });
    expectAnswer(answer, 200);
    const visit = new ModelVisit(answer.body.uuid, answer.body.token);
    visit.audit('uuid_generation_attempt');
    visit.audit('uuid_generated');
    count(model, 'opened');
    model.visits.push(visit);
  },
});

const claim = operation({
  name: 'claim',
  params: arriving,
  when: ({visits}) => livingOf(visits).length < MAX_LIVING,
  run: async (model, world, {replica}) => {
    const uuid = randomUUID();
    const answer = await validate(world, replica, uuid.toUpperCase());
    expectAnswer(answer, 200);
    assert.equal(answer.body.uuid, uuid);
    const visit = new ModelVisit(uuid, answer.body.token ?? '');
    visit.audit('uuid_validation_attempt');
    count(model, 'opened');
    model.visits.push(visit);
  },
});

/** Returns to a visit with the right token, another token or none. */
const comeBack = visitorOperation(
  'come back',
  fc.record({
    ...meetingFields(),
    token: fc.constantFrom('right' as const, 'right' as const, 'other' as const, 'none' as const),
    keepsNew: fc.boolean(),
  }),
  async (visit, world, {replica, token, keepsNew}, model) => {
    const other = visit.otherTokens.at(-1) ?? 'made.up';
    const shown = {right: visit.token, other, none: undefined}[token];
    const answer = await validate(world, replica, visit.uuid, shown);
    visit.audit('uuid_validation_attempt');
    if (!visit.hasRow) {
      expectAnswer(answer, 200);
      // A caller with a valid token was counted when the token was issued.
      if (token === 'none' || shown === 'made.up') count(model, 'opened');
      const [kept, left] = keepsNew
        ? [answer.body.token ?? '', visit.token]
        : [visit.token, answer.body.token ?? ''];
      visit.token = kept;
      // A valid token is returned unchanged; only a different one is added.
      if (left !== kept) visit.otherTokens.push(left);
      return;
    }
    if (token !== 'right') {
      expectAnswer(answer, 409, 'uuid_collision');
      return;
    }
    if (isOver(visit, answer)) return;
    expectAnswer(answer, 200);
    visit.audit('session_resumed');
    assert.equal(answer.body.session?.state, visit.seen.state);
  },
);

function meetingFields() {
  return {who: fc.nat(3), replica: fc.nat(1)};
}

/**
 * Uses a token that was issued for the same UUID or for another one, after the UUID's first change.
 */
const intrude = visitorOperation(
  'intrude',
  fc.record({...meetingFields(), with: fc.nat(3)}),
  async (visit, world, {replica, with: index}, {visits}) => {
    const other = visits[index % visits.length];
    const token =
      other && other !== visit ? other.token : (visit.otherTokens.at(-1) ?? `${visit.token}x`);
    const answer = await world.as(
      replica,
      {uuid: visit.uuid, token},
      {
        method: 'GET',
        path: '/api/session',
      },
    );
    expectAnswer(answer, 401, 'token_invalid');
  },
  ({hasRow}) => hasRow,
);

const leave = visitorOperation(
  'leave',
  meeting,
  async (visit, world, {replica}) => {
    const answer = await world.call(replica, {
      method: 'POST',
      path: '/api/session/leave',
      json: {uuid: visit.uuid, token: visit.token},
    });
    if (isOver(visit, answer)) return;
    expectAnswer(answer, 204);
  },
  // Cleanup may end an expired visit before or after this call.
  ({isExpired}) => !isExpired,
);

const discardOrErase = visitorOperation(
  'discard or erase',
  meeting,
  async (visit, world, {replica}) => {
    const answer = await world.as(replica, visit, {method: 'DELETE', path: '/api/session'});
    expectAnswer(answer, 204);
    discard(visit);
  },
);

/** Applies `DELETE /api/session`, which ends a UUID even before its first change. */
export const discard = (visit: ModelVisit): void => {
  if (visit.life === 'visit') {
    visit.hasRow = true;
    visit.end('session_reset');
  } else if (visit.isSession || visit.life === 'archived') visit.erase();
};

export const arrivals = [generate, claim, comeBack, intrude, leave, discardOrErase];
