import {randomUUID} from 'node:crypto';
import {readFile} from 'node:fs/promises';

import type {Role} from '../../contract/owner.js';
import {toPassedCounter} from '../../sites/funnel.js';
import {saveSite} from '../../sites/store.js';
import {storeWordings} from '../../sites/wordings.js';
import {confirm} from '../lead-helpers.js';
import {OwnerClient} from '../owner-client.js';
import {callSuccessfully} from '../retry-while-busy.js';
import type {TestServer} from '../start-server.js';
import {makeTextPdf} from '../text-pdf.js';
import {Visitor} from '../visitor.js';

/** A site with leads, people and a funnel, and a site that has nothing yet. */
export interface ConsoleWorld {
  server: TestServer;
  site: string;
  emptySite: string;
  /** UUIDs of leads: with documents and answers, and erased. */
  lead: string;
  erased: string;
  /** Accounts with their role at both sites, and an account without a site. */
  owners: Record<Role | 'none', OwnerClient>;
}

const SITE = 'acme';
const EMPTY_SITE = 'acme-shop';
const WORDINGS = new URL('../../../widget/wordings.json', import.meta.url);

interface WorldLead {
  name?: string;
  email?: string;
  files?: {name: string; bytes: Buffer}[];
  messages?: string[];
  isConfirmed?: boolean;
  isDone?: boolean;
  trains?: boolean;
  locale?: string;
  /** Minutes since the last activity. */
  age: number;
}

const CV = makeTextPdf([
  [
    'Curriculum vitae',
    '',
    'Amira Haddad, registered nurse',
    '',
    '2021 to today   St. Mary Hospital, intensive care',
    '2017 to 2021    City Clinic, emergency department',
    '2014 to 2017    Training as a nurse, with distinction',
    '',
    'Languages: Arabic, English, German',
  ],
  ['References', '', 'Dr. Lena Fischer, St. Mary Hospital'],
]);
const CERTIFICATE = makeTextPdf([['Certificate', '', 'Advanced life support, 2025']]);

const LEADS: Record<string, WorldLead> = {
  erased: {name: 'Olga Petrova', email: 'olga@example.net', age: 5_000},
  done: {
    ...{name: 'Jürgen Krause', email: 'j.krause@example.com', isConfirmed: true, isDone: true},
    files: [{name: 'Zeugnis.pdf', bytes: CERTIFICATE}],
    messages: ['Vielen Dank für die schnelle Antwort!'],
    age: 4_320,
  },
  writer: {messages: ['Do you also have part-time positions?'], age: 1_900},
  tomas: {
    ...{name: 'Tomás Oliveira', email: 'tomas@example.org', trains: true, locale: 'pt-BR'},
    files: [{name: 'Currículo.pdf', bytes: CV}],
    age: 1_500,
  },
  layla: {
    ...{name: 'ليلى منصور', email: 'layla@example.com', isConfirmed: true, locale: 'ar'},
    files: [{name: 'السيرة الذاتية.pdf', bytes: CV}],
    messages: ['هل يمكنني البدء في مارس؟'],
    age: 300,
  },
  marie: {
    ...{name: 'Marie Lefèvre', email: 'marie.lefevre@example.fr', isConfirmed: true, locale: 'fr'},
    files: [{name: 'CV Marie Lefèvre.pdf', bytes: CV}],
    age: 95,
  },
  lead: {
    ...{name: 'Amira Haddad', email: 'amira@example.com', isConfirmed: true, trains: true},
    files: [
      {name: 'CV Amira Haddad.pdf', bytes: CV},
      {name: 'Certificate.pdf', bytes: CERTIFICATE},
    ],
    messages: ['Is the second certificate enough, or do you need the original?'],
    age: 4,
  },
};

const ANSWERS: [field: string, kind: string, question: string, label: string][] = [
  ['position', 'choice', 'Which position are you applying for?', 'Nurse'],
  ['start', 'date', 'When could you start?', '1 March 2027'],
  ['shifts', 'yes_no', 'Can you work night shifts?', 'Yes'],
];

/** Creates the world over the API, as visitors and accounts do. */
export const createWorld = async (server: TestServer): Promise<ConsoleWorld> => {
  const {sql} = server;
  await storeWordings(sql);
  const origin = 'https://www.acme.example';
  const shared = {notifyEmail: null, settings: {}};
  await saveSite(sql, {key: SITE, name: 'Acme Recruiting', allowedOrigins: [origin], ...shared});
  await saveSite(sql, {key: EMPTY_SITE, name: 'Acme Shop', allowedOrigins: [], ...shared});
  await sql`
    insert into site_origins (site_key, origin, is_refused)
    values (${SITE}, ${origin}, false), (${SITE}, 'https://staging.acme.example', true)`;
  const uuids: Record<string, string> = {};
  for (const [name, lead] of Object.entries(LEADS)) uuids[name] = await createLead(server, lead);
  await insertAnswers(server, uuids['lead'] ?? '');
  await insertFunnel(server);
  const owners = await createAccounts(server);
  const erased = uuids['erased'] ?? '';
  await callSuccessfully(() => owners.owner.call('DELETE', `/api/owner/leads/${erased}`));
  return {
    ...{server, site: SITE, emptySite: EMPTY_SITE, lead: uuids['lead'] ?? '', erased, owners},
  };
};

const createAccounts = async (server: TestServer): Promise<ConsoleWorld['owners']> => {
  const create = (email: string, name: string, role?: Role) =>
    OwnerClient.create(server, {
      ...{email, name},
      roles: role ? {[SITE]: role, [EMPTY_SITE]: role} : {},
    });
  const owners = {
    owner: await create('olivia@acme.example', 'Olivia Brown', 'owner'),
    agent: await create('ben@acme.example', 'Ben Carter', 'agent'),
    observer: await create('chen@acme.example', 'Chen Wei', 'observer'),
    none: await create('noor@acme.example', 'Noor Aziz'),
  };
  await callSuccessfully(() =>
    owners.owner.call('POST', `/api/owner/sites/${SITE}/people`, {
      json: {email: 'dana@acme.example', role: 'agent'},
    }),
  );
  return owners;
};

/** Creates a lead that was active some minutes ago. Returns its UUID. */
const createLead = async (server: TestServer, lead: WorldLead): Promise<string> => {
  const {sql, url} = server;
  const {name, email, files = [], messages = [], locale = 'en', age} = lead;
  await sql`delete from mail_counts`;
  const visitor = await Visitor.arrive(url, SITE);
  const consents = await Promise.all(
    (['personal_data', 'ai_training'] as const).map(async (purpose) => ({
      ...{purpose, locale, wording: await findWording(purpose, locale)},
      granted: purpose === 'personal_data' || lead.trains === true,
    })),
  );
  await callSuccessfully(() => visitor.call('PUT', '/api/session/consents', {json: {consents}}));
  for (const {name, bytes} of files)
    await callSuccessfully(() => visitor.upload(bytes, {name, key: randomUUID()}));
  if (email !== undefined) await callSuccessfully(() => visitor.contact(email, name, {locale}));
  for (const body of messages)
    await callSuccessfully(() =>
      visitor.call('POST', '/api/messages', {json: {client_id: randomUUID(), body}}),
    );
  if (lead.isConfirmed) await confirm(server, email ?? '');
  await sql`
    update leads set last_activity_at = now() - make_interval(mins => ${age}),
      status = ${lead.isDone ? 'done' : 'open'},
      done_at = case when ${lead.isDone ?? false} then now() end
    where session_uuid = ${visitor.uuid}`;
  return visitor.uuid;
};

interface Wording {
  purpose: string;
  locale: string;
  text: string;
}

/** Returns the widget's own wording of a consent. */
const findWording = async (purpose: string, locale: string): Promise<string> => {
  const {wordings} = JSON.parse(await readFile(WORDINGS, 'utf8')) as {wordings: Wording[]};
  const found = wordings.find((one) => one.purpose === purpose && one.locale === locale);
  if (!found) throw new Error(`The widget has no wording for ${purpose} in ${locale}.`);
  return found.text;
};

const insertAnswers = async ({sql}: TestServer, uuid: string): Promise<void> => {
  for (const [position, [field, kind, question, label]] of ANSWERS.entries())
    await sql`
      insert into session_answers (session_uuid, field, kind, question, value, label, position)
      values (${uuid}, ${field}, ${kind}, ${question}, ${sql.json(label)}, ${label}, ${position})`;
};

/** Shares of the visitors of a day who reach each step; `contact_given` counts the confirmation. */
const SHARES: Record<string, number> = {
  opened: 1,
  step_name: 0.83,
  step_consent_personal_data: 0.74,
  step_consent_ai_training: 0.7,
  step_files: 0.68,
  step_email: 0.52,
  contact_given: 0.47,
  completed: 0.43,
};
const DAYS = 60;

const insertFunnel = async ({sql}: TestServer): Promise<void> => {
  const steps = Object.entries(SHARES);
  const passed = steps.slice(1).map(([, share], index) => {
    const [before = ''] = steps[index] ?? [];
    return [toPassedCounter(before.replace('contact_given', 'step_verify')), share] as const;
  });
  for (const [counter, share] of [...steps, ...passed])
    await sql`
      insert into funnel_daily (site_key, day, counter, count)
      select ${SITE}, current_date - d, ${counter},
             round(${share}::float * (34 - d / 4.0 + 7 * sin(d * 0.9) - 9 * (d % 7 < 2)::int))
      from generate_series(0, ${DAYS}) d
      on conflict (site_key, day, counter) do update set count = excluded.count`;
};
