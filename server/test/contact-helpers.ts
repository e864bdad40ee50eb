import type {Email} from 'postal-mime';

import {DEMO_OWNER} from '../text/email.js';
import {getConfirmationLink} from './mailbox.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

export const VISITOR_NAME = 'Zora Zwiebelfisch';
export const OWNER_EMAIL = DEMO_OWNER;

/** Creates a visitor with an unconfirmed e-mail address, and returns the link from the e-mail. */
export const createPendingContact = async (
  server: TestServer,
  email: string,
  more: object = {},
) => {
  await resetMailLimits(server);
  const visitor = await Visitor.consenting(server.url);
  const response = await visitor.contact(email, VISITOR_NAME, more);
  if (response.status !== 202)
    throw new Error(`The contact data was refused with ${response.status}.`);
  const mail = await server.mailbox.waitFor(email);
  return {visitor, mail, link: getConfirmationLink(mail)};
};

/**
 * Resets the mail limits. All tests come from one client network, which is allowed 60 e-mails an
 * hour.
 */
export const resetMailLimits = ({sql}: TestServer) => sql`delete from mail_counts`;

export const getLinks = ({sql}: TestServer, uuid: string) =>
  sql<{address: string; used: boolean; voided: boolean}[]>`
    select address, used_at is not null as used, voided_at is not null as voided
    from email_verifications where session_uuid = ${uuid} order by created_at, voided_at`;

export const getSessionRow = async ({sql}: TestServer, uuid: string) => {
  const [row] = await sql<{name: string; email: string; verified: boolean; updated_at: Date}[]>`
    select name, email, verified, updated_at from user_sessions where uuid = ${uuid}`;
  return row;
};

/** Waits until the queue is empty, and returns the number of e-mails to this e-mail address. */
export const countMailsTo = async (server: TestServer, address: string): Promise<number> => {
  server.sender.wake();
  await until(async () => (await server.sql`select from jobs where state = 'queued'`).length === 0);
  return server.mailbox.receivers.filter((receivers) => receivers.includes(address)).length;
};

export const confirmLink = (link: string) => fetch(link, {method: 'POST'});

export const getWholeMail = ({subject, text, html}: Email): string =>
  [subject, text, html].join('\n');
