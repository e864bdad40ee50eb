import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyRequest} from 'fastify';
import {v4 as newUuid} from 'uuid';

import {isDatabaseDown, getSqlState} from '../database/errors.js';
import type {Queryable} from '../database/sql.js';
import {ConsentRequired, InProgress, TooManyFiles, Unavailable} from '../errors.js';
import {withResponseTimeout} from '../http/request-timeout.js';
import type {FileLimits} from '../sites/limits.js';
import type {Access, Caller} from '../visits/access.js';
import {hasConsent} from '../visits/consents.js';
import {formatCount} from '../text/count.js';
import {findByIdempotencyKey, releaseExpiredSlot, reserveSlot} from './store.js';
import type {FileRow} from './store.js';
import {rollBackUnconfirmed, undoUpload} from './undo-upload.js';
import type {UndoDeps} from './undo-upload.js';

export interface Reservation {
  request: FastifyRequest;
  caller: Caller;
  limits: FileLimits;
  /** Cleaned name of the file. */
  name: string;
  idempotencyKey: string | undefined;
}

const DUPLICATE_WAIT_MS = 10_000;
const DUPLICATE_POLL_INTERVAL_MS = 200;
const UNIQUE_VIOLATION = '23505';

/** Reserves a slot in the session, or returns the file stored under this idempotency key. */
export const reserveUpload = async (
  deps: UndoDeps & {access: Access},
  reservation: Reservation,
): Promise<{row: FileRow} | {existing: FileRow}> => {
  const {request, caller, idempotencyKey} = reservation;
  const until = performance.now() + DUPLICATE_WAIT_MS;
  for (;;) {
    const existing = idempotencyKey
      ? await withResponseTimeout(findByIdempotencyKey(deps.sql, caller.uuid, idempotencyKey))
      : undefined;
    if (existing?.state === 'stored') return {existing};
    if (!existing) {
      const id = newUuid();
      const reserving = deps.access
        .changeVisit(request, caller, (tx) => reserveIn(tx, reservation, id))
        .catch((error: unknown) => {
          if (isDatabaseDown(error)) void rollBackUnconfirmed(deps, caller, id);
          // A concurrent request with this key was faster: check again.
          if (idempotencyKey && getSqlState(error) === UNIQUE_VIOLATION) return undefined;
          throw error;
        });
      const row = await withResponseTimeout(reserving, (late) => {
        const reason = new Unavailable();
        if (late) void undoUpload(deps, caller, {row: late, isCommitted: false, reason});
      });
      if (row) return {row};
    } else if (!(await withResponseTimeout(releaseExpiredSlot(deps.sql, existing.id)))) {
      if (performance.now() > until) throw new InProgress(undefined, {retryAfter: 5});
      await sleep(DUPLICATE_POLL_INTERVAL_MS);
    }
  }
};

const reserveIn = async (
  tx: Queryable,
  {caller, limits, name, idempotencyKey}: Reservation,
  id: string,
): Promise<FileRow> => {
  if (!(await hasConsent(tx, caller.uuid, 'personal_data'))) throw new ConsentRequired();
  const {maxFiles} = limits;
  const row = await reserveSlot(tx, {id, uuid: caller.uuid, name, idempotencyKey, maxFiles});
  if (row) return row;
  throw new TooManyFiles(
    `The session has no free slot. Expected at most ${formatCount(maxFiles, 'file')} in a session. Delete a file first.`,
  );
};
