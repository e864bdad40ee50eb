import type {StoredFile} from '../../../server/contract/files.js';
import type {Message, MessageRole, MessageState} from '../../../server/contract/messages.js';

import type {Line} from '../flow/transcript.js';
import {toJson} from '../session/to-json.js';

/** One message, ours or theirs, from the moment it was written. */
export interface ThreadMessage {
  readonly clientId: string;
  /** Null until the backend has it. */
  id: number | null;
  readonly role: MessageRole;
  body: string;
  /** `sending` until it is stored; `unsent`: refused, the visitor may try again. */
  state: 'sending' | 'unsent' | MessageState;
  /** The line is away, or the backend: it goes on by itself. */
  isWaiting: boolean;
  /** The visitor wanted no more of it. */
  isStopped?: boolean;
  files: StoredFile[];
  /** Ids of the files that the message is sent with, also of files not loaded yet. */
  fileIds: string[];
  line: Line;
}

/** Message in localStorage until the backend has it. Later versions read the same keys. */
export interface Unsent {
  client_id: string;
  body: string;
  file_ids: string[];
  /** When the visitor sent it, in ms since 1970. */
  at: number;
}

export const isOwn = ({role}: {role: MessageRole}) => role === 'visitor';

/**
 * What has not reached the backend, as text, and back. Whatever else stands there counts as nothing;
 * what this tab does not know of waits in another one.
 */
export const writeUnsent = (said: ThreadMessage[], kept: string | null) => {
  const own = said.filter(({id}) => id === null);
  const isKnown = (one: Unsent) => said.some(({clientId}) => clientId === one.client_id);
  return toJson([
    ...readUnsent(kept).filter((one) => !isKnown(one)),
    ...own.map(({clientId, body, fileIds, line}): Unsent => {
      return {client_id: clientId, body, file_ids: fileIds, at: line.at};
    }),
  ]);
};

export const readUnsent = (text: string | null): Unsent[] => {
  try {
    const found = JSON.parse(text ?? '[]') as Partial<LegacyUnsent>[];
    return found.flatMap(toUnsent);
  } catch {
    return [];
  }
};

/** Older versions wrote `clientId`, and the file ids under a key such as `$12`, which each build chose. */
type LegacyUnsent = Unsent & {clientId: string; [key: string]: unknown};

/** Returns nothing for a message without a list of file ids, so that none is sent without its files. */
const toUnsent = (stored: Partial<LegacyUnsent>): Unsent[] => {
  const {body, at} = stored;
  const clientId = stored.client_id ?? stored.clientId;
  const fileIds = (stored.file_ids ?? Object.values(stored).find(Array.isArray)) as string[];
  const isWhole = clientId && body && at && fileIds;
  return isWhole ? [{client_id: clientId, body, file_ids: fileIds, at}] : [];
};

/** The backend's clock, put into this browser's. */
export const timeOf = ({created_at}: Message, clockOffsetMs: number) =>
  Date.parse(created_at) - (clockOffsetMs || 0);
