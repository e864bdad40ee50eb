import {Type} from 'typebox';

import type {Config} from '../config/config.js';
import {CallbackBody} from '../contract/responders.js';
import type {Sql} from '../database/sql.js';
import {TurnClosed, NotFound} from '../errors.js';
import type {Plugin} from '../http/app-type.js';
import {BODY_CODES, responseSchemas} from '../http/response-schemas.js';
import {createRateLimit} from '../http/rate-limits.js';
import {MAX_REPLY_CHARACTERS, isSessionOver} from './reply.js';
import type {CallbackLinks} from './callbacks.js';
import {StreamingSanitizer} from '../text/safe-text.js';
import type {ReplyChannel} from './reply-channel.js';
import {findSessionOfTurn, countCallback, findTurnContext} from './store.js';
import {getCutNotice} from './texts.js';

export interface CallbackDeps {
  config: Config;
  sql: Sql;
  replyChannel: ReplyChannel;
  responderService: {callBacks: CallbackLinks};
}

/** Callbacks per turn; a responder that sends more is faulty. */
export const MAX_CALLBACKS_PER_TURN = 20;

/** Route that a responder calls with a later reply. */
export const callbackRoute: Plugin<CallbackDeps> = async (app, deps) => {
  const {config, responderService} = deps;

  app.post(
    '/:link',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'callBack',
        summary: 'Submits a later reply of a responder',
        description:
          'The callback URL of a turn, for a responder that responded with 202. Works until `expires_at`, or until a call without `done: false`.',
        tags: ['conversation'],
        security: [],
        params: Type.Object({
          link: Type.String({description: 'Last part of the callback URL in the turn.'}),
        }),
        body: CallbackBody,
        response: responseSchemas({204: Type.Null({description: 'The reply was accepted.'})}, [
          ...BODY_CODES,
          'not_found',
          'answer_over',
        ]),
      },
    },
    async (request, reply) => {
      const link = responderService.callBacks.read(request.params.link);
      if (!link) throw new NotFound();
      if (link.isExpired) throw new TurnClosed();
      const {text = '', done = true} = request.body;
      await storeCallback(deps, link.turnId, {text, isLast: done});
      return reply.code(204).send(null);
    },
  );
};

/**
 * Counts the callback and stores its text in one transaction: neither happens without the other.
 */
const storeCallback = async (
  {sql, replyChannel}: CallbackDeps,
  turnId: string,
  {text, isLast}: {text: string; isLast: boolean},
): Promise<void> => {
  const uuid = await findSessionOfTurn(sql, turnId);
  if (uuid === undefined) throw new TurnClosed();
  const stored = replyChannel.writeMessageInTransaction(uuid, async (tx) => {
    const calls = await countCallback(tx, turnId, {isLast, max: MAX_CALLBACKS_PER_TURN});
    const context = await findTurnContext(tx, uuid);
    if (calls === undefined || !context) throw new TurnClosed();
    const sanitizer = new StreamingSanitizer(MAX_REPLY_CHARACTERS);
    const body = sanitizer.add(text) + sanitizer.end();
    if (body.trim() === '') return undefined;
    const whole = sanitizer.isCut ? `${body}\n\n${getCutNotice(context.locale)}` : body;
    return {role: 'maria', clientId: `${turnId}-${calls}`, body: whole};
  });
  await stored.catch((error: unknown) => {
    throw isSessionOver(error) ? new TurnClosed() : error;
  });
};
