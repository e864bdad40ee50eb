import type {Message} from '../contract/messages.js';
import type {Transaction} from '../database/sql.js';
import {recordEvents} from '../events/store.js';
import {storeFinishedMessage, toApiMessage} from './store.js';

export interface FinishedMessage {
  id: number;
  /** Final text; undefined keeps the text that was stored last. */
  body: string | undefined;
  state: 'complete' | 'failed';
}

/**
 * Ends a running message, in a transaction that has locked its visit. Returns undefined if the
 * message is gone or has ended.
 */
export const finishMessage = async (
  tx: Transaction,
  uuid: string,
  {id, ...rest}: FinishedMessage,
): Promise<Message | undefined> => {
  const row = await storeFinishedMessage(tx, id, rest);
  if (!row) return undefined;
  const data = {message_id: id, body: row.body, state: rest.state};
  await recordEvents(tx, uuid, {type: 'message_completed', data});
  return toApiMessage(tx, row);
};
