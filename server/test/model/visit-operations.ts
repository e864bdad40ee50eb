import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';

import fc from 'fast-check';

import type {GeneratedUuid, ValidatedUuid} from '../../contract/sessions.js';
import {
  incrementCounter,
  requireStatus,
  hasEnded,
  getLivingVisits,
  operationTarget,
  createOperation,
  createVisitorOperation,
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

const generate = createOperation({
  name: 'generate',
  params: arriving,
  when: ({visits}) => getLivingVisits(visits).length < MAX_LIVING,
  run: async (model, world, {replica}) => {
    const response = await world.call<GeneratedUuid>(replica, {
      method: 'POST',
      path: '/api/session/generate-uuid',
      json: {},
    });
    requireStatus(response, 200);
    const visit = new ModelVisit(response.body.uuid, response.body.token);
    visit.audit('uuid_generation_attempt');
    visit.audit('uuid_generated');
    incrementCounter(model, 'opened');
    model.visits.push(visit);
  },
});

const claim = createOperation({
  name: 'claim',
  params: arriving,
  when: ({visits}) => getLivingVisits(visits).length < MAX_LIVING,
  run: async (model, world, {replica}) => {
    const uuid = randomUUID();
    const response = await validate(world, replica, uuid.toUpperCase());
    requireStatus(response, 200);
    assert.equal(response.body.uuid, uuid);
    const visit = new ModelVisit(uuid, response.body.token ?? '');
    visit.audit('uuid_validation_attempt');
    incrementCounter(model, 'opened');
    model.visits.push(visit);
  },
});

/** Returns to a visit with the right token, another token or none. */
const returnToVisit = createVisitorOperation(
  'come back',
  fc.record({
    ...createTargetFields(),
    token: fc.constantFrom('right' as const, 'right' as const, 'other' as const, 'none' as const),
    keepsNew: fc.boolean(),
  }),
  async (visit, world, {replica, token, keepsNew}, model) => {
    const other = visit.otherTokens.at(-1) ?? 'made.up';
    const shown = {right: visit.token, other, none: undefined}[token];
    const response = await validate(world, replica, visit.uuid, shown);
    visit.audit('uuid_validation_attempt');
    if (!visit.hasRow) {
      requireStatus(response, 200);
      // A caller with a valid token was counted when the token was issued.
      if (token === 'none' || shown === 'made.up') incrementCounter(model, 'opened');
      const [kept, left] = keepsNew
        ? [response.body.token ?? '', visit.token]
        : [visit.token, response.body.token ?? ''];
      visit.token = kept;
      // A valid token is returned unchanged; only a different one is added.
      if (left !== kept) visit.otherTokens.push(left);
      return;
    }
    if (token !== 'right') {
      requireStatus(response, 409, 'uuid_collision');
      return;
    }
    if (hasEnded(visit, response)) return;
    requireStatus(response, 200);
    visit.audit('session_resumed');
    assert.equal(response.body.session?.state, visit.seen.state);
  },
);

function createTargetFields() {
  return {who: fc.nat(3), replica: fc.nat(1)};
}

/**
 * Uses a token that was issued for the same UUID or for another one, after the UUID's first change.
 */
const useWrongToken = createVisitorOperation(
  'intrude',
  fc.record({...createTargetFields(), with: fc.nat(3)}),
  async (visit, world, {replica, with: index}, {visits}) => {
    const other = visits[index % visits.length];
    const token =
      other && other !== visit ? other.token : (visit.otherTokens.at(-1) ?? `${visit.token}x`);
    const response = await world.callAs(
      replica,
      {uuid: visit.uuid, token},
      {
        method: 'GET',
        path: '/api/session',
      },
    );
    requireStatus(response, 401, 'token_invalid');
  },
  ({hasRow}) => hasRow,
);

const leave = createVisitorOperation(
  'leave',
  operationTarget,
  async (visit, world, {replica}) => {
    const response = await world.call(replica, {
      method: 'POST',
      path: '/api/session/leave',
      json: {uuid: visit.uuid, token: visit.token},
    });
    if (hasEnded(visit, response)) return;
    requireStatus(response, 204);
  },
  // Cleanup may end an expired visit before or after this call.
  ({isExpired}) => !isExpired,
);

const discardOrErase = createVisitorOperation(
  'discard or erase',
  operationTarget,
  async (visit, world, {replica}) => {
    const response = await world.callAs(replica, visit, {method: 'DELETE', path: '/api/session'});
    requireStatus(response, 204);
    recordDiscard(visit);
  },
);

/** Applies `DELETE /api/session`, which ends a UUID even before its first change. */
export const recordDiscard = (visit: ModelVisit): void => {
  if (visit.life === 'visit') {
    visit.hasRow = true;
    visit.end('session_reset');
  } else if (visit.isSession || visit.life === 'archived') visit.erase();
};

export const visitOperations = [
  generate,
  claim,
  returnToVisit,
  useWrongToken,
  leave,
  discardOrErase,
];
