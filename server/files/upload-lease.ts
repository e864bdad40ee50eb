import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {Unavailable} from '../errors.js';
import {UPLOAD_LEASE_SECONDS, renewLease} from './store.js';
import type {FileRow} from './store.js';
import type {ValidatingStream} from './validating-stream.js';

/**
 * Renews the lease of an upload while its bytes arrive. Aborts the upload if the lease was lost.
 * Returns a stop function.
 */
export const keepLease = (
  {sql, log}: {sql: Sql; log: FastifyBaseLogger},
  row: FileRow,
  {checked, abort}: {checked: ValidatingStream; abort: AbortController},
): (() => void) => {
  let seenBytes = 0;
  const renew = async () => {
    if (checked.seenBytes === seenBytes && !checked.isCommitted) return;
    seenBytes = checked.seenBytes;
    // The lease is lost. The retry of the client gets the exact reason.
    if (!(await renewLease(sql, row))) abort.abort(new Unavailable());
  };
  const timer = setInterval(
    () => {
      renew().catch((error: unknown) => {
        log.warn({err: error, file: row.id}, 'failed to renew the lease of an upload');
      });
    },
    (UPLOAD_LEASE_SECONDS * 1000) / 3,
  );
  return () => {
    clearInterval(timer);
  };
};
