import type {Message, SendMessage} from '../contract/messages.js';
import {MAX_MESSAGES_PER_SESSION} from '../contract/limits.js';
import type {Queryable, Transaction} from '../database/sql.js';
import {ConsentRequired, InvalidRequest, TooManyMessages} from '../errors.js';
import {recordEvents} from '../events/store.js';
import {attachFiles} from '../files/store.js';
import {hasConsent} from '../visits/consents.js';
import {countOwnMessages, findMessage, insertMessage, toApiMessage} from './store.js';

export interface SentMessage {
  message: Message;
  repeated: boolean;
}

/**
 * Stores a visitor's message, in the transaction that has locked the visit. A duplicate changes
 * nothing.
 */
export const sendMessage = async (
  tx: Transaction,
  uuid: string,
  {client_id: clientId, body, file_ids: fileIds = []}: SendMessage,
): Promise<SentMessage> => {
  if (!(await hasConsent(tx, uuid, 'personal_data'))) throw new ConsentRequired();
  const earlier = await findMessage(tx, uuid, clientId);
  if (earlier) return {message: await toApiMessage(tx, earlier), repeated: true};
  await requireRoomForMessage(tx, uuid);
  const row = await insertMessage(tx, {uuid, clientId, role: 'visitor', body});
  await attach(tx, uuid, {messageId: row.id, fileIds: fileIds.map((id) => id.toLowerCase())});
  const message = await toApiMessage(tx, row);
  await recordEvents(tx, uuid, {type: 'message_created', data: {message}});
  return {message, repeated: false};
};

const requireRoomForMessage = async (tx: Queryable, uuid: string): Promise<void> => {
  if ((await countOwnMessages(tx, uuid)) < MAX_MESSAGES_PER_SESSION) return;
  throw new TooManyMessages(
    `The session has reached its message limit. Expected at most ${MAX_MESSAGES_PER_SESSION} messages of the visitor. Erase the session or start a new one.`,
  );
};

const attach = async (
  tx: Queryable,
  uuid: string,
  {messageId, fileIds}: {messageId: number; fileIds: string[]},
): Promise<void> => {
  if (fileIds.length === 0) return;
  const attached = new Set(await attachFiles(tx, uuid, {messageId, fileIds}));
  const message = 'must be a stored file of this session that no other message contains';
  const faults = fileIds.flatMap((id, i) =>
    attached.has(id) ? [] : [{path: `/file_ids/${i}`, message}],
  );
  if (faults.length === 0) return;
  throw new InvalidRequest(
    `${faults.map(({path}) => path).join(', ')} ${message}. Upload the file first, then send the message.`,
    {faults},
  );
};
