import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';

import fc from 'fast-check';

import {DEFAULT_CONVERSATION} from '../../contract/conversation.js';
import type {Purpose} from '../../contract/sessions.js';
import {linkIn} from '../mailbox.js';
import {count, expectAnswer, isOver, meeting, visitorOperation} from './operation.js';
import type {Model} from './operation.js';
import type {ModelLink, ModelVisit} from './visit.js';
import type {World} from './world.js';

const STEPS = DEFAULT_CONVERSATION.steps.map(({id}) => id);
const NAMES = ['Anna Beispiel', 'Ḥasan', '山田'];

/** Each decision has a different wording, because an equal decision is recorded once a minute. */
export const decision = (purpose: Purpose, granted: boolean) => ({
  purpose,
  granted,
  wording: `May we use your data for ${purpose}? (${randomUUID()})`,
  locale: 'en',
});

/** Counts the first change of a UUID once. */
export const changed = (visit: ModelVisit, model: Model): void => {
  if (visit.start()) count(model, 'started');
};

const consent = visitorOperation(
  'consent',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    purpose: fc.constantFrom<Purpose>('personal_data', 'personal_data', 'ai_training'),
    granted: fc.constantFrom(true, true, true, false),
  }),
  async (visit, world, {replica, purpose, granted}, model) => {
    const answer = await world.as(replica, visit, {
      method: 'PUT',
      path: '/api/session/consents',
      json: {consents: [decision(purpose, granted)]},
    });
    if (isOver(visit, answer)) return;
    expectAnswer(answer, 200);
    changed(visit, model);
    if (purpose === 'personal_data' && !granted) visit.refuseStoring();
    else visit.decide(purpose, granted);
  },
);

const reachStep = visitorOperation(
  'reach step',
  fc.record({who: fc.nat(3), replica: fc.nat(1), step: fc.nat(STEPS.length)}),
  async (visit, world, {replica, step}, model) => {
    const name = STEPS[step] ?? 'no_such_step';
    const json = {step: name};
    const answer = await world.as(replica, visit, {
      method: 'POST',
      path: '/api/session/progress',
      json,
    });
    if (isOver(visit, answer)) return;
    if (step >= STEPS.length) {
      expectAnswer(answer, 400, 'invalid_request');
      return;
    }
    expectAnswer(answer, 204);
    changed(visit, model);
    if (step <= visit.furthestStep) return;
    visit.furthestStep = step;
    visit.audit('step_reached');
    count(model, `step_${name}`);
  },
);

/** Returns a new e-mail address, or one that the visitor has given before. */
const addressFor = (visit: ModelVisit, choice: number): string =>
  [visit.email, visit.waitingAddress][choice] ?? `${randomUUID()}@example.com`;

const contact = visitorOperation(
  'contact',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    name: fc.constantFrom(...NAMES),
    address: fc.nat(3),
    consents: fc.constantFrom(true, true, false),
  }),
  async (visit, world, {replica, name, address, consents}, model) => {
    const email = addressFor(visit, address);
    await world.forgetMailCounts();
    const given = consents ? {consents: [decision('personal_data', true)]} : {};
    const answer = await world.as(replica, visit, {
      method: 'PUT',
      path: '/api/session/contact',
      json: {name, email, ...given},
    });
    if (isOver(visit, answer)) return;
    if (!consents && visit.consents.personal_data !== true) {
      expectAnswer(answer, 403, 'consent_required');
      return;
    }
    expectAnswer(answer, 202);
    if (consents) visit.decide('personal_data', true);
    gaveContact(visit, name, email, model);
  },
);

export const gaveContact = (visit: ModelVisit, name: string, email: string, model: Model): void => {
  changed(visit, model);
  if (!visit.isSession) count(model, 'contact_given');
  visit.giveContact(name, email);
};

const rectify = visitorOperation(
  'rectify',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    name: fc.option(fc.constantFrom(...NAMES)),
    address: fc.option(fc.nat(3)),
  }),
  async (visit, world, {replica, name, address}) => {
    const email = address === null ? undefined : addressFor(visit, address);
    await world.forgetMailCounts();
    const json = {...(name && {name}), ...(email && {email})};
    const answer = await world.as(replica, visit, {method: 'PATCH', path: '/api/session', json});
    if (Object.keys(json).length === 0) {
      expectAnswer(answer, 400, 'invalid_request');
      return;
    }
    if (isOver(visit, answer)) return;
    if (!visit.isSession) {
      expectAnswer(answer, 404, 'not_found');
      return;
    }
    expectAnswer(answer, 200);
    visit.audit('data_rectified');
    if (name) visit.name = name;
    if (email) visit.changeAddress(email);
  },
);

const resend = visitorOperation('resend', meeting, async (visit, world, {replica}) => {
  await world.forgetMailCounts();
  if (visit.linkWasMadeLately) await world.renewLastLink(visit.uuid);
  const call = {method: 'POST', path: '/api/session/verification'};
  const answer = await world.as(replica, visit, call);
  if (isOver(visit, answer)) return;
  const address = visit.waitingAddress ?? visit.email;
  if (!visit.isSession) expectAnswer(answer, 404, 'not_found');
  else if (visit.life === 'complete' && !visit.waitingAddress) expectAnswer(answer, 202);
  else if (!visit.mayResend) expectAnswer(answer, 429, 'rate_limited');
  else {
    expectAnswer(answer, 202);
    visit.makeLink(address ?? '');
  }
});

/** Opens or confirms one of the links that were created for a visit. */
const followLink = visitorOperation(
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
    const answer = await world.call(replica, {method, path: page});
    const expected = visit.life === 'archived' ? 410 : statusOf(link);
    assert.equal(answer.status, expected, `${link.fate}, expired: ${link.isExpired}`);
    if (method === 'POST' && visit.life !== 'archived' && isOpen(link))
      press(visit, link, isNotMe, model);
  },
  ({links}) => links.length > 0,
);

const isOpen = ({fate, isExpired}: ModelLink): boolean => fate === 'open' && !isExpired;

const statusOf = (link: ModelLink): number => (link.fate === 'used' || isOpen(link) ? 200 : 410);

const press = (visit: ModelVisit, link: ModelLink, isNotMe: boolean, model: Model): void => {
  if (isNotMe) {
    visit.voidLinks();
    visit.audit('suspicious_activity');
    count(model, 'not_me');
    return;
  }
  confirmed(visit, link, model);
};

export const confirmed = (visit: ModelVisit, link: ModelLink, model: Model): void => {
  if (visit.life === 'pending') count(model, 'completed');
  visit.use(link);
};

/** Requires that the link was mailed, unless a later link went to the same e-mail address. */
const requireMailed = async (
  world: World,
  links: ModelLink[],
  index: number,
  path: string,
): Promise<void> => {
  const {address} = links[index] as ModelLink;
  const toAddress = links.filter((link) => link.address === address);
  if (toAddress.length > 1 || !isOpen(links[index] as ModelLink)) return;
  const mail = await world.server.mailbox.waitFor(address);
  assert.ok(linkIn(mail).endsWith(path), 'the mail has this link');
};

export const decisions = [
  ...[consent, consent, consent, reachStep, rectify, rectify, resend],
  ...[contact, contact, contact, contact, contact],
  ...[followLink, followLink, followLink, followLink, followLink, followLink],
];
