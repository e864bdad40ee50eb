import type {FastifyBaseLogger} from 'fastify';

import {ConsentRequired, SessionGone} from '../errors.js';
import {CallFailed} from '../outbound/failure.js';
import type {ResolvedResponder} from './choose.js';
import type {Turn} from './responder.js';
import {StreamingSanitizer} from '../text/safe-text.js';
import type {ReplyChannel, StreamingReply} from './reply-channel.js';
import {cutNotice} from './texts.js';

export const MAX_ANSWER_CHARACTERS = 8_000;
/** Why an answer is broken off that nobody has asked to stop. */
export const SHUTTING_DOWN = new CallFailed('cut');
/** Told again before what was told last has worn off. */
const TYPING_MS = 3_000;

interface AnswerDeps {
  stage: ReplyChannel;
  log: FastifyBaseLogger;
  /** Aborted when the visitor wants no more, or the session is over. */
  signal: AbortSignal;
}

export interface AnswerResult {
  outcome: 'answered' | 'later' | 'silent' | 'stopped' | 'gone' | 'failed';
  /** Something of it stands in the conversation. */
  hasBegun: boolean;
  failure?: CallFailed;
}

/**
 * Writes a responder's words into the conversation as they come. What was written stays, whatever
 * happens to the rest.
 */
export const answerTurn = async (
  turn: Turn,
  {responder, totalMs}: ResolvedResponder,
  {stage, log, signal}: AnswerDeps,
): Promise<AnswerResult> => {
  const {uuid, locale} = turn.session;
  const ending = new AbortController();
  const late = setTimeout(() => {
    ending.abort(new CallFailed('total_timeout'));
  }, totalMs);
  const typing = setInterval(() => {
    stage.typing(uuid, 'maria');
  }, TYPING_MS);
  const gone = new AbortController();
  const all = AbortSignal.any([signal, ending.signal, gone.signal]);
  const pieces = new StreamingSanitizer(MAX_ANSWER_CHARACTERS);
  let writing: StreamingReply | undefined;
  let isLater = false;
  const write = async (text: string): Promise<void> => {
    if (text === '') return;
    if (!writing) {
      clearInterval(typing);
      writing = await stage.startMessage(uuid, {role: 'maria', clientId: turn.id});
      if (!writing) throw new CallFailed('stopped');
      writing.signal.addEventListener('abort', () => {
        gone.abort();
      });
    }
    writing.delta(text);
  };
  stage.typing(uuid, 'maria');
  try {
    for await (const part of responder.respond(turn, {signal: all, log})) {
      if (part.type === 'later') isLater = true;
      else await write(pieces.add(part.delta));
      if (pieces.isCut) break;
    }
    await write(pieces.end());
    if (pieces.isCut) await write(`\n\n${cutNotice(locale)}`);
    await writing?.complete();
    if (isLater) return {outcome: 'later', hasBegun: false};
    return {outcome: writing ? 'answered' : 'silent', hasBegun: writing !== undefined};
  } catch (error) {
    const hasBegun = writing !== undefined;
    if (gone.signal.aborted || isOver(error)) return {outcome: 'gone', hasBegun};
    if (signal.aborted && signal.reason !== SHUTTING_DOWN) {
      await writing?.complete();
      return {outcome: 'stopped', hasBegun};
    }
    if (!(error instanceof CallFailed)) throw error;
    await writing?.fail();
    return {outcome: 'failed', hasBegun, failure: error};
  } finally {
    clearTimeout(late);
    clearInterval(typing);
  }
};

/** The session ended meanwhile, or nothing may be stored in it any more. */
export const isOver = (error: unknown): boolean =>
  error instanceof SessionGone || error instanceof ConsentRequired;
