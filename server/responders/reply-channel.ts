import type {Queryable} from '../database/sql.js';

/** A message that is being written. */
export interface StreamingReply {
  /** Aborted when nobody will read it. */
  readonly signal: AbortSignal;
  delta(text: string): void;
  complete(): Promise<unknown>;
  /** With what there was of the text. */
  fail(): Promise<unknown>;
}

interface Named {
  role: 'maria';
  /** Once in a session: said twice under one name, it is said once. */
  clientId: string;
}

/** All that answering may do in a session: to say something. Throws when the session has ended. */
export interface ReplyChannel {
  say(uuid: string, message: Named & {body: string}): Promise<unknown>;
  /** What `make` answers, if anything, in one transaction with what else it does. */
  sayWith(
    uuid: string,
    make: (tx: Queryable) => Promise<(Named & {body: string}) | undefined>,
  ): Promise<void>;
  startMessage(uuid: string, named: Named): Promise<StreamingReply | undefined>;
  /** Told to whoever looks at this moment. */
  typing(uuid: string, role: 'maria'): void;
}
