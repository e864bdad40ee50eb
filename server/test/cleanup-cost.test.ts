import postgres from 'postgres';
import t from 'tap';

import {Sweep} from '../cleanup/sweep.js';
import {S3Objects} from '../object-store/s3.js';
import {ComputedBucket, insertRows} from './computed-bucket.js';
import {startServer} from './start-server.js';

/** Returns whether the sweep looks up keys in the database with this statement. */
const isLookUp = (statement: string) => /\bfile_uploads\b/.test(statement);

t.test('a sweep makes only the calls that its keys need', async (t) => {
  const {config, app} = await startServer(t);
  const bucket = new ComputedBucket(5_000);
  const objects = new S3Objects(await bucket.start());
  t.teardown(async () => {
    await objects.close();
    await bucket.stop();
  });
  const statements: string[] = [];
  const sql = postgres(config.databaseUrl ?? '', {
    debug: (_connection, statement) => statements.push(statement),
  });
  t.teardown(() => sql.end());
  const unknown = await insertRows(sql, bucket.count);
  statements.length = 0;

  const report = await new Sweep({sql, config, objects, log: app.log}).run({
    dryRun: false,
    force: true,
    quarantineMs: 0,
  });

  t.match(report, {seen: 5_000, known: 5_000 - unknown, unknown, removed: unknown, missing: 0});
  t.match(report, {kept: 5_000 - unknown, bytes: unknown * 1_000, failures: 0});
  t.same(
    bucket.calls.filter(({what}) => what === 'list').map(({keys}) => keys),
    [1_000, 1_000, 1_000, 1_000, 1_000],
  );
  t.same(
    bucket.calls.filter(({what}) => what === 'delete').map(({keys}) => keys),
    [unknown],
  );
  const lookUps = statements.filter(isLookUp).length;
  t.equal(lookUps, 5 + 1, 'one for each page, and one before the deletion');
  t.ok(statements.length <= 2 * 5 + 15, `${statements.length} statements in all`);
});
