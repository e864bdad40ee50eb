import type {StoredFile} from '../../../server/contract/files.js';
import type {Message, MessageRole, MessageState} from '../../../server/contract/messages.js';

import type {Line} from '../flow/transcript.js';
import {parse, toJson} from '../transport/json.js';

/** A message of the thread, from the moment it was written. Only `MessageThread` changes it. */
export interface ThreadMessage {
  readonly clientId: string;
  /** Null until the backend has it. */
  id: number | null;
  readonly role: MessageRole;
  body: string;
  /** `sending` until it is stored; `unsent` if it was refused, and the visitor may try again. */
  state: 'sending' | 'unsent' | MessageState;
  /** The backend cannot be reached. The message is sent automatically later. */
  isWaiting: boolean;
  /** The visitor has stopped the reply. */
  isStopped?: boolean;
  /** A person has to reply, and needs the visitor's e-mail address. */
  asksForEmail: boolean;
  files: StoredFile[];
  /** Ids of the files that the message is sent with, also of files not loaded yet. */
  fileIds: string[];
  line: Line;
}

/** Message in `localStorage` until the backend has it. Later versions read the same keys. */
export interface UnsentMessage {
  client_id: string;
  body: string;
  file_ids: string[];
  /** When the visitor sent it, in ms since 1970. */
  at: number;
  /** True if the backend has refused it: only the visitor sends it again. */
  is_refused?: boolean | undefined;
}

export const isOwn = ({role}: {role: MessageRole}) => role === 'visitor';

/**
 * Returns the messages that the backend does not have, as text. Stored messages that this tab does
 * not know belong to another tab, and are kept.
 */
export const formatUnsent = (messages: ThreadMessage[], stored: string | null) => {
  const own = messages.filter(({id}) => id === null);
  const isKnown = (one: UnsentMessage) => messages.some(({clientId}) => clientId === one.client_id);
  return toJson([
    ...parseUnsent(stored).filter((one) => !isKnown(one)),
    ...own.map(({clientId, body, fileIds, line, state}): UnsentMessage => {
      const kept = {client_id: clientId, body, file_ids: fileIds, at: line.at};
      return state === 'unsent' ? {...kept, is_refused: true} : kept;
    }),
  ]);
};

/** Returns an empty list for text that is invalid. */
export const parseUnsent = (text: string | null): UnsentMessage[] => {
  const found = parse(text);
  return Array.isArray(found) ? found.flatMap(toUnsent) : [];
};

/** Older versions wrote `clientId`, and the file ids under a key such as `$12`, which each build chose. */
type LegacyUnsent = UnsentMessage & {clientId: string; [key: string]: unknown};

/** Returns an empty list for a message without a list of file ids, so that none is sent without its files. */
const toUnsent = (found: Partial<LegacyUnsent> | null): UnsentMessage[] => {
  const stored = found ?? {};
  const {body, at, is_refused: isRefused} = stored;
  const clientId = stored.client_id ?? stored.clientId;
  const fileIds = (stored.file_ids ?? Object.values(stored).find(Array.isArray)) as string[];
  const isWhole = clientId && body && at && fileIds;
  if (!isWhole) return [];
  return [{client_id: clientId, body, file_ids: fileIds, at, is_refused: isRefused}];
};

/** Returns when the message was created, by this browser's clock. */
export const timeOf = ({created_at}: Message, clockOffsetMs: number) =>
  Date.parse(created_at) - (clockOffsetMs || 0);
