import type {StoredFile} from '../../server/contract/files.js';
import type {Message, MessageRole, MessageState} from '../../server/contract/messages.js';

import type {Line} from '../transcript.js';

/** One message, ours or theirs, from the moment it was written. */
export interface Said {
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
  line: Line;
}

/** What is kept of a message until the backend has it. */
export interface Unsent {
  clientId: string;
  body: string;
  fileIds: string[];
  at: number;
}

export const isOwn = ({role}: {role: MessageRole}) => role === 'visitor';

/**
 * What has not reached the backend, as text, and back. Whatever else stands there counts as nothing;
 * what this tab does not know of waits in another one.
 */
export const writeUnsent = (said: Said[], kept: string | null) => {
  const own = said.filter(({id}) => id === null);
  const isKnown = (one: Unsent) => said.some(({clientId}) => clientId === one.clientId);
  return JSON.stringify([
    ...readUnsent(kept).filter((one) => !isKnown(one)),
    ...own.map(({clientId, body, files, line}): Unsent => {
      return {clientId, body, fileIds: files.map(({id}) => id), at: line.at};
    }),
  ]);
};

export const readUnsent = (text: string | null): Unsent[] => {
  try {
    const found = JSON.parse(text ?? '[]') as Unsent[];
    return found.filter(({clientId, body, at}) => clientId && body && at > 0);
  } catch {
    return [];
  }
};

/** The backend's clock, put into this browser's. */
export const timeOf = ({created_at}: Message, clockAheadMs: number) =>
  Date.parse(created_at) - (clockAheadMs || 0);
