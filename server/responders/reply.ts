import type {FastifyBaseLogger} from 'fastify';

import {abortAfter} from '../async/timeout.js';
import {ConsentRequired, SessionGone} from '../errors.js';
import {CallFailed} from '../outbound/call-failed.js';
import type {ResolvedResponder} from './resolve-responder.js';
import type {Responder, Turn} from './responder.js';
import {StreamingSanitizer} from '../text/safe-text.js';
import type {ReplyChannel, StreamingReply} from './reply-channel.js';
import {getCutNotice} from './texts.js';

export const MAX_REPLY_CHARACTERS = 8_000;
/** Abort reason of replies that a shutdown cuts off. */
export const SHUTTING_DOWN = new CallFailed('cut');
/** Interval of typing events: shorter than the time after which clients hide the last event. */
const TYPING_MS = 3_000;

interface ReplyDeps {
  replyChannel: ReplyChannel;
  log: FastifyBaseLogger;
  /** Aborted when the visitor stops the reply, the session ends, or the server shuts down. */
  signal: AbortSignal;
}

export interface ReplyResult {
  outcome: 'answered' | 'later' | 'silent' | 'stopped' | 'gone' | 'failed';
  /** True if the conversation contains a part of the reply. */
  hasBegun: boolean;
  failure?: CallFailed;
}

/**
 * Writes a responder's reply into the conversation while it arrives. Text that was written stays,
 * also if the rest fails.
 */
export const replyToTurn = (
  turn: Turn,
  {responder, totalMs}: ResolvedResponder,
  deps: ReplyDeps,
): Promise<ReplyResult> =>
  abortAfter(totalMs, new CallFailed('total_timeout'), (timeout) =>
    writeReply(turn, responder, {...deps, timeout}),
  );

const writeReply = async (
  turn: Turn,
  responder: Responder,
  {replyChannel, log, signal, timeout}: ReplyDeps & {timeout: AbortSignal},
): Promise<ReplyResult> => {
  const {uuid, locale} = turn.session;
  const typingTimer = setInterval(() => {
    replyChannel.sendTyping(uuid, 'maria');
  }, TYPING_MS);
  const closed = new AbortController();
  const combined = AbortSignal.any([signal, timeout, closed.signal]);
  const sanitizer = new StreamingSanitizer(MAX_REPLY_CHARACTERS);
  let reply: StreamingReply | undefined;
  let isLater = false;
  const write = async (text: string): Promise<void> => {
    if (text === '') return;
    if (!reply) {
      clearInterval(typingTimer);
      reply = await replyChannel.startMessage(uuid, {role: 'maria', clientId: turn.id});
      if (!reply) throw new CallFailed('stopped');
      reply.signal.addEventListener('abort', () => {
        closed.abort();
      });
    }
    reply.delta(text);
  };
  replyChannel.sendTyping(uuid, 'maria');
  try {
    for await (const part of responder.respond(turn, {signal: combined, log})) {
      if (part.type === 'later') isLater = true;
      else await write(sanitizer.add(part.delta));
      if (sanitizer.isCut) break;
    }
    await write(sanitizer.end());
    if (sanitizer.isCut) await write(`\n\n${getCutNotice(locale)}`);
    await reply?.complete();
    if (isLater) return {outcome: 'later', hasBegun: false};
    return {outcome: reply ? 'answered' : 'silent', hasBegun: reply !== undefined};
  } catch (error) {
    const hasBegun = reply !== undefined;
    if (closed.signal.aborted || isSessionOver(error)) return {outcome: 'gone', hasBegun};
    if (signal.aborted && signal.reason !== SHUTTING_DOWN) {
      await reply?.complete();
      return {outcome: 'stopped', hasBegun};
    }
    if (!(error instanceof CallFailed)) throw error;
    await reply?.fail();
    return {outcome: 'failed', hasBegun, failure: error};
  } finally {
    clearInterval(typingTimer);
  }
};

/**
 * Returns whether an error means that the session has ended, or that consent to storage is missing.
 */
export const isSessionOver = (error: unknown): boolean =>
  error instanceof SessionGone || error instanceof ConsentRequired;
