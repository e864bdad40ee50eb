import {randomUUID} from 'node:crypto';
import {parseArgs} from 'node:util';

import {validate as isUuid} from 'uuid';

import {CommandFailed, createUsageError} from '../command/command.js';
import type {Command, CommandDeps} from '../command/command.js';
import {toSinglePage, printRows, parseFormat} from '../command/formats.js';
import type {Format, Row} from '../command/formats.js';
import {parseSince} from '../command/since.js';
import {describeFailure} from '../outbound/failure-texts.js';
import {WEBHOOK_EVENTS} from '../contract/webhooks.js';
import type {WebhookEvent} from '../contract/webhooks.js';
import {formatSecret} from '../outbound/signature.js';
import {validateUrl} from '../outbound/validate-url.js';
import {redactValue} from '../config/setting-values.js';
import {findSite} from '../sites/store.js';
import {formatCount} from '../text/count.js';
import {deliver, deriveWebhookKey} from './deliver.js';
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listDeliveries,
  listWebhooks,
  replayDeliveries,
} from './store.js';
import type {Webhook} from './store.js';

const USAGE = `maria webhook add --site KEY --url URL [--events EVENT,…] [--with-contact]
  Call this URL when something happens in a site, signed by Standard Webhooks. Print the secret once.
maria webhook list [--site KEY] [--format table|json|csv]
  Print the webhooks with their ids.
maria webhook log ID [--since TIME] [--format table|json|csv]
  Print the deliveries of a webhook and their results.
maria webhook test ID
  Send one event of the type webhook.test, and print the status of the response.
maria webhook replay ID [--since TIME] [--all] [--delivery ID]
  Send the deliveries again that were given up (tried for a day).
maria webhook remove ID
  Remove a webhook, its log and its queued deliveries.
  --events       Call it only for these: ${WEBHOOK_EVENTS.join(', ')} (default: all)
  --with-contact Send names, e-mail addresses and file names, too
  --since        Print or send only deliveries since this day, time or age: 2026-11-21, 24h (log: 24h,
                 replay: 30d)
  --all          Send deliveries that succeeded again, too
  --delivery     Send only this delivery, with an id of maria webhook log
  --format       Print as a table, JSON or CSV (default: table)
  Example: maria webhook add --site acme --url https://crm.acme.example/maria --events session.complete`;

const OPTIONS = {
  site: {type: 'string'},
  url: {type: 'string'},
  events: {type: 'string'},
  'with-contact': {type: 'boolean', default: false},
  since: {type: 'string'},
  all: {type: 'boolean', default: false},
  delivery: {type: 'string'},
  format: {type: 'string', default: 'table'},
} as const;

interface Call {
  id: string;
  site?: string | undefined;
  url?: string | undefined;
  events: WebhookEvent[];
  withContact: boolean;
  since?: string | undefined;
  all: boolean;
  delivery?: string | undefined;
  format: Format;
}

export const webhookCommand: Command = {
  usage: USAGE,
  run: async (deps, args) => {
    const {values, positionals} = parseArgs({args, options: OPTIONS, allowPositionals: true});
    const [action = '', id, ...rest] = positionals;
    const work = ACTIONS[action];
    if (!work || rest.length > 0 || NEEDS_ID.has(action) !== (id !== undefined)) {
      throw createUsageError(`Expected one of these:\n\n${USAGE}`);
    }
    if (values.delivery !== undefined && !isUuid(values.delivery)) {
      throw createUsageError(
        `Invalid --delivery "${values.delivery}". Pass an id from "maria webhook log".`,
      );
    }
    await work(deps, {
      ...values,
      id: id ?? '',
      events: readEvents(values.events),
      withContact: values['with-contact'],
      format: parseFormat(values.format),
    });
  },
};

const NEEDS_ID = new Set(['log', 'test', 'replay', 'remove']);

const readEvents = (given: string | undefined): WebhookEvent[] => {
  const events = given?.split(',').map((event) => event.trim()) ?? [...WEBHOOK_EVENTS];
  const known: readonly string[] = WEBHOOK_EVENTS;
  const unknown = events.find((event) => !known.includes(event));
  if (unknown === undefined) return [...new Set(events)] as WebhookEvent[];
  throw createUsageError(
    `Invalid --events "${unknown}". Pass some of ${WEBHOOK_EVENTS.join(', ')}.`,
  );
};

const add = async ({config, backgroundSql: sql, print}: CommandDeps, call: Call) => {
  const {site, url, events, withContact} = call;
  if (!site || !url) throw createUsageError('"webhook add" requires --site and --url.');
  const {allowedHosts, production} = config;
  const refusal = validateUrl(url, {allowedHosts, production});
  if (refusal) throw createUsageError(`--url ${refusal}, but is "${redactValue(url)}".`);
  if (!(await findSite(sql, site)))
    throw new CommandFailed(`There is no site "${site}". List the sites with: maria site list`);
  const [signing] = config.secrets;
  const id = randomUUID();
  await insertWebhook(sql, {id, siteKey: site, url, events, withContact, keyId: signing.id});
  await print(`Created webhook ${id}. Events: ${events.join(', ')}.`);
  await print(`Its secret (not shown again):\n\n${formatSecret(deriveWebhookKey(signing, id))}\n`);
  await print(`Test it: maria webhook test ${id}`);
};

const list = async ({backgroundSql: sql, print}: CommandDeps, {site, format}: Call) => {
  const webhooks = await listWebhooks(sql, site);
  if (format === 'table' && webhooks.length === 0) {
    await print('There are no webhooks. Create one with: maria webhook add');
    return;
  }
  const rows = webhooks.map(({id, siteKey, url, events, withContact, createdAt}): Row => ({
    id,
    site: siteKey,
    url,
    events,
    with_contact: withContact,
    created_at: createdAt.toISOString(),
  }));
  await printRows(print, format, LIST_COLUMNS, toSinglePage(rows));
};

const LIST_COLUMNS = ['id', 'site', 'url', 'events', 'with_contact', 'created_at'];

const log = async ({backgroundSql: sql, print}: CommandDeps, {id, since, format}: Call) => {
  await requireWebhook(sql, id);
  const rows = await listDeliveries(sql, id, parseSince(since ?? '24h'));
  await printRows(print, format, LOG_COLUMNS, toSinglePage(rows.map((row): Row => ({...row}))));
};

const LOG_COLUMNS = [
  'created_at',
  'id',
  'event',
  'reference',
  'state',
  'attempts',
  'status',
  'error',
  'ms',
];

const test = async ({config, backgroundSql: sql, print}: CommandDeps, {id}: Call) => {
  const webhook = await requireWebhook(sql, id);
  const timestamp = new Date().toISOString();
  const data = {site: webhook.siteKey, webhook: id};
  const body = JSON.stringify({type: 'webhook.test', timestamp, data});
  const {isDelivered, status, error, ms} = await deliver(
    webhook,
    {id: randomUUID(), body},
    {config},
  );
  if (isDelivered) return print(`Accepted: ${status} after ${ms} ms.`);
  throw new CommandFailed(`Not accepted after ${ms} ms: ${describeFailure(error ?? '', status)}.`);
};

const replay = async (
  {backgroundSql: sql, print}: CommandDeps,
  {id, since, all, delivery}: Call,
) => {
  await requireWebhook(sql, id);
  const count = await replayDeliveries(sql, id, {
    since: parseSince(since ?? '30d'),
    id: delivery,
    onlyDead: !all && delivery === undefined,
  });
  await print(`Queued ${formatCount(count, 'delivery', 'deliveries')} again.`);
};

const remove = async ({backgroundSql: sql, print}: CommandDeps, {id}: Call) => {
  await requireWebhook(sql, id);
  await deleteWebhook(sql, id);
  await print(`Removed webhook ${id}, its log and its queued deliveries.`);
};

const requireWebhook = async (sql: CommandDeps['backgroundSql'], id: string): Promise<Webhook> => {
  const webhook = isUuid(id) ? await findWebhook(sql, id) : undefined;
  if (!webhook)
    throw new CommandFailed(
      `There is no webhook "${id}". List the webhooks with: maria webhook list`,
    );
  return webhook;
};

const ACTIONS: Record<string, (deps: CommandDeps, call: Call) => Promise<void>> = {
  add,
  list,
  log,
  test: async (deps, call) => {
    await test(deps, call);
  },
  replay,
  remove,
};
