import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {clientRateLimitKey} from '../http/client-address.js';
import type {Config} from '../config/config.js';
import {MessageResponse, MessageList, MessageQuery, SendMessage} from '../contract/messages.js';
import type {Message} from '../contract/messages.js';
import {MAX_MESSAGE_PAGE} from '../contract/limits.js';
import type {Queryable, Sql} from '../database/sql.js';
import {RateLimited} from '../errors.js';
import {getLastEventNumber} from '../events/store.js';
import type {App, Plugin} from '../http/app-type.js';
import {BODY_CODES, sessionResponses} from '../http/response-schemas.js';
import {RATE_MULTIPLES, createRateLimit} from '../http/rate-limits.js';
import type {SharedCounters} from '../http/rate-limits.js';
import type {Access, Caller} from '../visits/access.js';
import {countProgress, readProgress} from '../visits/funnel.js';
import {hasStarted, markAsked} from '../visits/store.js';
import type {Visit} from '../visits/store.js';
import {sendMessage} from './send.js';
import {listMessages, toApiMessages} from './store.js';
import {readBody} from './text.js';

export interface MessageDeps {
  config: Config;
  sql: Sql;
  access: Access;
  counters: SharedCounters;
  onExceeded: (request: FastifyRequest) => void;
  /** Runs in the transaction of each message. */
  onStored: (
    tx: Queryable,
    stored: {caller: Caller; message: Message; client: string},
  ) => Promise<void>;
  /** Called once for each visitor's message, after its commit. */
  onMessage: (caller: Caller, message: Message) => void;
}

const Repeated = Type.Unsafe<MessageResponse>({
  ...MessageResponse,
  description: 'Duplicate `client_id`: the message that is already stored.',
});

export const messageRoutes: Plugin<MessageDeps> = async (app, deps) => {
  sendMessageRoute(app, deps);
  listMessagesRoute(app, deps);
};

const sendMessageRoute = (app: App, deps: MessageDeps): void => {
  const {config, access, onStored} = deps;
  app.post(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'message'),
      schema: {
        operationId: 'sendMessage',
        summary: 'Stores a message of the visitor',
        description:
          'Upload files first, then list their ids here. A retry with the same `client_id` returns the first message and ignores the other fields.',
        tags: ['conversation'],
        body: SendMessage,
        response: sessionResponses({200: Repeated, 201: MessageResponse}, [
          ...BODY_CODES,
          'consent_required',
          'too_many_messages',
        ]),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      const message = {...request.body, body: readBody(request.body.body)};
      await requirePace(deps, request, caller);
      const client = clientRateLimitKey(request);
      const sent = await access.changeVisit(request, caller, async (tx, visit) => {
        const stored = await sendMessage(tx, caller.uuid, message);
        if (stored.repeated) return stored;
        await onStored(tx, {caller, message: stored.message, client});
        await countQuestion(tx, caller, visit);
        return stored;
      });
      if (!sent.repeated) deps.onMessage(caller, sent.message);
      return reply.code(sent.repeated ? 200 : 201).send({message: sent.message});
    },
  );
};

/** Counts a visit whose visitor asks before the first step, once. */
const countQuestion = async (tx: Queryable, {uuid, site}: Caller, visit: Visit): Promise<void> => {
  if (hasStarted(visit) || !(await markAsked(tx, uuid))) return;
  const before = {...(await readProgress(tx, uuid)), hasAsked: false};
  await countProgress(tx, site, {before, after: {hasAsked: true}, counters: ['asked']});
};

const listMessagesRoute = (app: App, deps: MessageDeps): void => {
  const {config, sql, access} = deps;
  app.get(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'listMessages',
        summary: 'Lists the messages of the session, page by page',
        description: 'Use `next` of one page as `after` of the next page.',
        tags: ['conversation'],
        querystring: MessageQuery,
        response: sessionResponses({200: MessageList}),
      },
    },
    async (request) => {
      const caller = access.getCaller(request);
      await access.extendVisit(request, caller);
      const after = Number(request.query.after ?? 0);
      const asked = Number(request.query.limit ?? MAX_MESSAGE_PAGE);
      const limit = Math.min(Math.max(asked, 1), MAX_MESSAGE_PAGE);
      // Runs before the messages are read: an event that is reported twice is harmless, but a
      // missed event is not.
      const last = await getLastEventNumber(sql, caller.uuid);
      const messages = await toApiMessages(
        sql,
        await listMessages(sql, caller.uuid, {after, limit}),
      );
      return {messages, next: messages.at(-1)?.id ?? after, last_event: last};
    },
  );
};

/** Limits each session, because a visitor can send from many IP addresses. */
const requirePace = async (
  {config, counters, onExceeded}: MessageDeps,
  request: FastifyRequest,
  {uuid}: Caller,
): Promise<void> => {
  const max = config.ratePerMinute * RATE_MULTIPLES.session_message;
  const {current, ttl} = await counters.addHit(`message ${uuid}`);
  if (current <= max) return;
  onExceeded(request);
  throw RateLimited.after(
    ttl,
    `Too many messages in this session. Expected at most ${max} a minute.`,
  );
};
