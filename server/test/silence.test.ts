import t from 'tap';

import {connectDatabase} from '../database/connect.js';
import {Frames} from '../database/frames.js';
import {createTestDatabase} from './test-database.js';
import {until} from './until.js';

t.test('a query sent ahead of an answer is not left without a deadline', async (t) => {
  const {url} = await createTestDatabase(t);
  const sql = connectDatabase({url, max: 1, silenceMs: 1_500});
  t.teardown(() => sql.end({timeout: 0}));
  await sql`select 1`;

  const [first, second] = await Promise.allSettled([
    sql`select 1 as answer`,
    // Longer than the silence, by a way that the server's own limit does not reach.
    sql`set statement_timeout = 0; select pg_sleep(4)`.simple(),
  ]);

  t.equal(first.status, 'fulfilled');
  t.equal(second.status, 'rejected');
  await until(async () => (await sql`select 1`.catch(() => [])).length === 1);
  t.pass('and the pool goes on');
});

t.test('messages are told apart wherever their bytes are cut', (t) => {
  const message = (type: string, body: string) => {
    const bytes = Buffer.alloc(5 + body.length, body);
    bytes.write(type, 0);
    bytes.writeUInt32BE(4 + body.length, 1);
    return bytes;
  };
  const all = Buffer.concat([
    message('T', 'SZQ'),
    message('Z', 'I'),
    message('S', ''),
    message('Z', 'T'),
  ]);
  for (let cut = 0; cut <= all.length; cut++) {
    const frames = new Frames();
    const types = [...frames.add(all.subarray(0, cut)), ...frames.add(all.subarray(cut))];
    t.same(types, ['T', 'Z', 'S', 'Z'], `cut at ${cut}`);
  }
  t.end();
});
