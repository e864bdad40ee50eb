import {randomUUID} from 'node:crypto';

import type {Lead, LeadList} from '../contract/owner-leads.js';
import {resetMailLimits} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import type {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {callSuccessfully} from './retry-while-busy.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

interface NewLead {
  site?: string;
  name?: string;
  /** Absent: the visitor submits no e-mail address. */
  email?: string;
  /** Whether the e-mail address is confirmed. */
  isConfirmed?: boolean;
  message?: string;
  fileName?: string;
  more?: object;
}

/** Creates a lead as a visitor does. */
export const createLead = async (
  server: TestServer,
  {site, name, email, isConfirmed = false, message, fileName, more}: NewLead,
): Promise<Visitor> => {
  await resetMailLimits(server);
  const visitor = await Visitor.arrive(server.url, site);
  await callSuccessfully(() => visitor.consent({personal_data: true}));
  if (fileName !== undefined) {
    await callSuccessfully(() => visitor.upload(makePdf(), {name: fileName, key: 'file'}));
  }
  if (message !== undefined) await writeMessage(visitor, message);
  if (email === undefined) return visitor;
  await callSuccessfully(() => visitor.contact(email, name, more));
  if (isConfirmed) await confirm(server, email);
  return visitor;
};

export const writeMessage = (visitor: Visitor, body: string) =>
  callSuccessfully(() =>
    visitor.call('POST', '/api/messages', {json: {client_id: randomUUID(), body}}),
  );

export const confirm = async (server: TestServer, email: string): Promise<void> => {
  server.sender.wake();
  const link = getConfirmationLink(await server.mailbox.waitFor(email));
  await fetch(link, {method: 'POST'});
};

/** Returns the leads of a list or of a search. */
export const listLeads = async (owner: OwnerClient, query = 'view=all'): Promise<Lead[]> => {
  const {body} = await owner.call<LeadList>('GET', `/api/owner/leads?${query}`);
  return body.leads;
};

export const searchLeads = (owner: OwnerClient, json: object) =>
  owner.call<LeadList>('POST', '/api/owner/leads/search', {json: {view: 'all', ...json}});

/**
 * Inserts many leads of a site, each a second younger than the one before, named `Visitor N` with
 * the e-mail address `visitorN@example.com`.
 */
export const insertLeads = async (
  {sql}: Pick<TestServer, 'sql'>,
  count: number,
  {site = 'demo'}: {site?: string} = {},
): Promise<void> => {
  const inserted = await sql<{uuid: string}[]>`
    with created as (
      insert into visits (uuid, site_key, token_hash, state)
      select gen_random_uuid(), ${site}, sha256(''), 'session' from generate_series(1, ${count}::int)
      returning uuid),
    numbered as (select uuid, row_number() over () as i from created)
    insert into user_sessions (uuid, site_key, name, email, locale, consent_personal_data)
    select uuid, ${site}, 'Visitor ' || i, 'visitor' || i || '@example.com', 'en', true
    from numbered order by i returning uuid`;
  await sql`
    update leads l
    set last_activity_at = now() - interval '2 days' + make_interval(secs => new.i)
    from unnest(${inserted.map(({uuid}) => uuid)}::uuid[]) with ordinality as new (uuid, i)
    where l.session_uuid = new.uuid`;
};
