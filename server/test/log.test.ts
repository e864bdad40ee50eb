import postgres from 'postgres';
import t from 'tap';

import {createLog} from '../log.js';
import {createMigratedDatabase} from './test-database.js';

const SECRET = 'zora.zwiebelfisch@example.com';

const logged = (error: unknown): string => {
  let lines = '';
  createLog('trace', {write: (line) => (lines += line)}).error({err: error}, 'failed');
  return lines;
};

t.test('what a driver puts on its errors stays out of the log', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = postgres(url, {max: 1, onnotice: () => undefined});
  t.teardown(() => sql.end());
  await sql`create table mails (address text primary key)`;
  await sql`insert into mails values (${SECRET})`;

  const refusal = await sql`insert into mails values (${SECRET})`.catch((error: unknown) => error);

  t.match((refusal as {detail: string}).detail, SECRET, 'the driver’s error holds it');
  const wrapped = new Error('not stored', {cause: new Error('tried', {cause: refusal})});
  for (const error of [refusal, wrapped]) {
    t.notMatch(logged(error), 'zwiebelfisch');
    t.match(logged(error), /"code":"23505"/);
    t.match(logged(error), /"constraint_name":"mails_pkey"/);
  }
});

t.test('an error that causes itself is logged all the same', (t) => {
  const error = new Error('round and round');
  error.cause = error;
  t.match(logged(error), 'round and round');
  t.end();
});

t.test('credentials in what is logged are left out', (t) => {
  let lines = '';
  createLog('info', {write: (line) => (lines += line)}).info(
    {token: 't0ken', visitor: {email: SECRET, authorization: 'Bearer t0ken'}, uuid: 'kept'},
    'a visitor',
  );
  t.notMatch(lines, /t0ken|zwiebelfisch/);
  t.match(lines, 'kept');
  t.end();
});
