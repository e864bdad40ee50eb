import type {Queryable} from '../database/sql.js';

/** Reply that is written piece by piece. */
export interface StreamingReply {
  /** Aborted when the reply is no longer wanted, because the session or the message has ended. */
  readonly signal: AbortSignal;
  delta(text: string): void;
  complete(): Promise<unknown>;
  /** Ends the message as failed, with the text written so far. */
  fail(): Promise<unknown>;
}

interface MessageIdentity {
  role: 'maria';
  /** Unique in a session: a second message with this id is not stored. */
  clientId: string;
}

/** Whole reply to a visitor. */
export interface WholeReply extends MessageIdentity {
  body: string;
  /** True if the reply asks for an e-mail address. */
  asksForEmail?: boolean;
}

/**
 * Port through which responders write into a session. Its methods throw if the session has ended.
 */
export interface ReplyChannel {
  writeMessage(uuid: string, reply: WholeReply): Promise<unknown>;
  /**
   * Writes the message that `make` returns, if any. Its other changes are in the same transaction.
   */
  writeMessageInTransaction(
    uuid: string,
    make: (tx: Queryable) => Promise<WholeReply | undefined>,
  ): Promise<void>;
  startMessage(uuid: string, identity: MessageIdentity): Promise<StreamingReply | undefined>;
  /** Notifies the subscribers that are connected now. */
  sendTyping(uuid: string, role: 'maria'): void;
}
