import postgres from 'postgres';
import t from 'tap';

import {ConnectionFailed} from '../database/connection-failed.js';
import {isConflict, isDatabaseDown, isStatementTimeout, getSqlState} from '../database/errors.js';
import {toRefusal} from '../database/refusal.js';
import {getFailureCode} from '../files/failure-code.js';
import {ClientAborted} from '../http/client-aborted.js';
import {toMariaError} from '../http/error-handler.js';
import {StoreUnavailable} from '../object-store/errors.js';

const URL = 'postgres://maria@db.example/maria';

const withCode = (code: string) => Object.assign(new Error(`cause: ${code}`), {code});
const refusedWith = (code: string) =>
  Object.assign(new postgres.PostgresError(`cause: ${code}`), {code});

t.test('only errors of PostgreSQL have a SQLSTATE', async (t) => {
  t.equal(getSqlState(refusedWith('23505')), '23505');
  // Codes of files, sockets and certificates, some of which have five characters too.
  for (const code of ['EROFS', 'EPERM', 'EPIPE', 'ECONNRESET', '23505']) {
    t.equal(getSqlState(withCode(code)), undefined, code);
  }
  t.ok(isStatementTimeout(refusedWith('57014')));
  t.ok(isConflict(refusedWith('40P01')));
  t.notOk(isConflict(withCode('40P01')));
});

t.test('an error of a file or of another connection is not blamed on the database', async (t) => {
  for (const code of ['EROFS', 'EPERM', 'ECONNREFUSED', 'CERT_HAS_EXPIRED', 'TLS_REFUSED']) {
    t.equal(toRefusal(withCode(code), URL), undefined, code);
  }
  for (const [error, message] of [
    [refusedWith('28P01'), /refused \(28P01\).*Check the user and the password/],
    [new ConnectionFailed('connect', 'ECONNREFUSED'), /does not respond \(ECONNREFUSED\)/],
    [new ConnectionFailed('write', 'EPIPE'), /does not respond \(EPIPE\)\. Check/],
    [new ConnectionFailed('expired', 'CERT_HAS_EXPIRED'), /cannot be trusted.*Renew/],
  ] as const) {
    t.match(toRefusal(error, URL)?.message, message);
  }
});

t.test(
  'the class of an error decides the response, not a code that transports share',
  async (t) => {
    for (const code of ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE']) {
      t.ok(isDatabaseDown(new ConnectionFailed('lost', code)));
      t.notOk(isDatabaseDown(withCode(code)));
      t.equal(toMariaError(new ConnectionFailed('lost', code)).code, 'unavailable');
      t.equal(toMariaError(withCode(code)).code, 'internal');
      const store = new StoreUnavailable('The object store failed', withCode(code));
      t.notOk(isDatabaseDown(store));
      t.equal(toMariaError(store).code, 'unavailable');
      t.equal(getFailureCode(store), 'unavailable');
      t.equal(getFailureCode(new ClientAborted({cause: withCode(code)})), 'aborted');
      t.equal(getFailureCode(withCode(code)), 'internal');
    }
  },
);
