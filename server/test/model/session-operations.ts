import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';

import fc from 'fast-check';

import {DEFAULT_CONVERSATION} from '../../contract/default-conversation.js';
import type {Purpose} from '../../contract/sessions.js';
import {getConfirmationLink} from '../mailbox.js';
import {
  incrementCounter,
  requireStatus,
  hasEnded,
  operationTarget,
  createVisitorOperation,
} from './operation.js';
import type {Model} from './operation.js';
import type {ModelLink, ModelVisit} from './visit.js';
import type {World} from './world.js';

const STEPS = DEFAULT_CONVERSATION.steps.map(({id}) => id);
const NAMES = ['Anna Beispiel', 'Ḥasan', '山田'];

/** Each decision has a different wording, because an equal decision is recorded once a minute. */
export const createDecision = (purpose: Purpose, granted: boolean) => ({
  purpose,
  granted,
  wording: `May we use your data for ${purpose}? (${randomUUID()})`,
  locale: 'en',
});

const consent = createVisitorOperation(
  'consent',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    purpose: fc.constantFrom<Purpose>('personal_data', 'personal_data', 'ai_training'),
    granted: fc.constantFrom(true, true, true, false),
  }),
  async (visit, world, {replica, purpose, granted}) => {
    const response = await world.callAs(replica, visit, {
      method: 'PUT',
      path: '/api/session/consents',
      json: {consents: [createDecision(purpose, granted)]},
    });
    if (hasEnded(visit, response)) return;
    requireStatus(response, 200);
    visit.hasRow = true;
    if (purpose === 'personal_data' && !granted) visit.revokeStorageConsent();
    else visit.recordConsent(purpose, granted);
  },
);

/** Returns true for a step that a visitor who reports only a later one has reached as well. */
const isCountedBefore = (id: string, reached: string): boolean =>
  !['welcome', 'verify', 'complete'].includes(id) &&
  (reached !== 'refused' || id === 'name' || id === 'consent_personal_data');

const reachStep = createVisitorOperation(
  'reach step',
  fc.record({who: fc.nat(3), replica: fc.nat(1), step: fc.nat(STEPS.length)}),
  async (visit, world, {replica, step}, model) => {
    const name = STEPS[step] ?? 'no_such_step';
    const json = {step: name};
    const response = await world.callAs(replica, visit, {
      method: 'POST',
      path: '/api/session/progress',
      json,
    });
    if (hasEnded(visit, response)) return;
    if (step >= STEPS.length) {
      requireStatus(response, 400, 'invalid_request');
      return;
    }
    requireStatus(response, 204);
    visit.hasRow = true;
    if (step <= visit.furthestStep) return;
    if (visit.furthestStep < 0) incrementCounter(model, 'started');
    const between = STEPS.slice(visit.furthestStep + 1, step).filter((id) =>
      isCountedBefore(id, name),
    );
    for (const id of [...between, name]) incrementCounter(model, `step_${id}`);
    visit.furthestStep = step;
    visit.audit('step_reached');
  },
);

/** Returns a new e-mail address, or one that the visitor has given before. */
const chooseEmail = (visit: ModelVisit, choice: number): string =>
  [visit.email, visit.waitingAddress][choice] ?? `${randomUUID()}@example.com`;

const contact = createVisitorOperation(
  'contact',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    name: fc.constantFrom(...NAMES),
    address: fc.nat(3),
    consents: fc.constantFrom(true, true, false),
  }),
  async (visit, world, {replica, name, address, consents}, model) => {
    const email = chooseEmail(visit, address);
    await world.resetMailLimits();
    const given = consents ? {consents: [createDecision('personal_data', true)]} : {};
    const response = await world.callAs(replica, visit, {
      method: 'PUT',
      path: '/api/session/contact',
      json: {name, email, ...given},
    });
    if (hasEnded(visit, response)) return;
    if (!consents && visit.consents.personal_data !== true) {
      requireStatus(response, 403, 'consent_required');
      return;
    }
    requireStatus(response, 202);
    if (consents) visit.recordConsent('personal_data', true);
    recordContact(visit, name, email, model);
  },
);

export const recordContact = (
  visit: ModelVisit,
  name: string,
  email: string,
  model: Model,
): void => {
  visit.hasRow = true;
  if (!visit.isSession) incrementCounter(model, 'contact_given');
  visit.submitContact(name, email);
};

const rectify = createVisitorOperation(
  'rectify',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    name: fc.option(fc.constantFrom(...NAMES)),
    address: fc.option(fc.nat(3)),
  }),
  async (visit, world, {replica, name, address}) => {
    const email = address === null ? undefined : chooseEmail(visit, address);
    await world.resetMailLimits();
    const json = {...(name && {name}), ...(email && {email})};
    const response = await world.callAs(replica, visit, {
      method: 'PATCH',
      path: '/api/session',
      json,
    });
    if (Object.keys(json).length === 0) {
      requireStatus(response, 400, 'invalid_request');
      return;
    }
    if (hasEnded(visit, response)) return;
    if (!visit.isSession) {
      requireStatus(response, 404, 'not_found');
      return;
    }
    requireStatus(response, 200);
    visit.audit('data_rectified');
    if (name) visit.name = name;
    if (email) visit.changeEmail(email);
  },
);

const resend = createVisitorOperation(
  'resend',
  operationTarget,
  async (visit, world, {replica}) => {
    await world.resetMailLimits();
    if (visit.hasRecentLink) await world.renewLastLink(visit.uuid);
    const call = {method: 'POST', path: '/api/session/verification'};
    const response = await world.callAs(replica, visit, call);
    if (hasEnded(visit, response)) return;
    const address = visit.waitingAddress ?? visit.email;
    if (!visit.isSession) requireStatus(response, 404, 'not_found');
    else if (visit.life === 'complete' && !visit.waitingAddress) requireStatus(response, 202);
    else if (!visit.mayResend) requireStatus(response, 429, 'rate_limited');
    else {
      requireStatus(response, 202);
      visit.createLink(address ?? '');
    }
  },
);

/** Opens or confirms one of the links that were created for a visit. */
const followLink = createVisitorOperation(
  'follow link',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    which: fc.nat(2),
    method: fc.constantFrom('GET' as const, 'POST' as const, 'POST' as const),
    isNotMe: fc.constantFrom(false, false, false, true),
    isMailed: fc.constantFrom(false, false, false, true),
  }),
  async (visit, world, {replica, which, method, isNotMe, isMailed}, model) => {
    const index = Math.max(0, visit.links.length - 1 - which);
    const link = visit.links[index];
    const path = (await world.linkPaths(visit.uuid))[index];
    if (!link || !path) return assert.fail('A link of the model has no row.');
    if (isMailed) await requireMailed(world, visit.links, index, path);
    const page = `${path}${isNotMe ? '/not-me' : ''}`;
    const response = await world.call(replica, {method, path: page});
    const expected = visit.life === 'archived' ? 410 : getPageStatus(link);
    assert.equal(response.status, expected, `${link.state}, expired: ${link.isExpired}`);
    if (method === 'POST' && visit.life !== 'archived' && isOpen(link))
      recordPress(visit, link, isNotMe, model);
  },
  ({links}) => links.length > 0,
);

const isOpen = ({state, isExpired}: ModelLink): boolean => state === 'open' && !isExpired;

const getPageStatus = (link: ModelLink): number =>
  link.state === 'used' || isOpen(link) ? 200 : 410;

const recordPress = (visit: ModelVisit, link: ModelLink, isNotMe: boolean, model: Model): void => {
  if (isNotMe) {
    visit.voidLinks();
    visit.audit('suspicious_activity');
    incrementCounter(model, 'not_me');
    return;
  }
  recordConfirmation(visit, link, model);
};

export const recordConfirmation = (visit: ModelVisit, link: ModelLink, model: Model): void => {
  if (visit.life === 'pending') incrementCounter(model, 'completed');
  visit.confirm(link);
};

/** Requires that the link was mailed, unless a later link went to the same e-mail address. */
const requireMailed = async (
  world: World,
  links: ModelLink[],
  index: number,
  path: string,
): Promise<void> => {
  const {email} = links[index] as ModelLink;
  const toAddress = links.filter((link) => link.email === email);
  if (toAddress.length > 1 || !isOpen(links[index] as ModelLink)) return;
  const mail = await world.server.mailbox.waitFor(email);
  assert.ok(getConfirmationLink(mail).endsWith(path), 'the mail has this link');
};

export const sessionOperations = [
  ...[consent, consent, consent, reachStep, rectify, rectify, resend],
  ...[contact, contact, contact, contact, contact],
  ...[followLink, followLink, followLink, followLink, followLink, followLink],
];
