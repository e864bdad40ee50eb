import {mkdir, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {
  putUnknownObject,
  createReaper,
  createSweep,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import {DELETE_ALL_UNKNOWN, startComputedBucket} from './sweep-helpers.js';

const HOUR_MS = 3_600_000;

t.test('a clock that is ahead makes no object older:', async (t) => {
  for (const [name, aheadMs] of [
    ['an hour and a minute', HOUR_MS + 60_000],
    ['eight days', 8 * 24 * HOUR_MS],
  ] as const) {
    await t.test(`the server’s, by ${name}`, async (t) => {
      const server = await startServer(t);
      const {key, visitor} = await createVisitWithFile(server);
      const unknown = await putUnknownObject(server);
      const watched = await putUnknownObject(server);
      await createSweep(server).run({dryRun: false, force: true, minAgeMs: 0});
      await server.sql`delete from orphan_candidates where key <> ${watched}`;
      const partial = path.join(server.dataDir, 'files/uploads', `a.pdf.part-${'0'.repeat(16)}`);
      await mkdir(path.dirname(partial), {recursive: true});
      await writeFile(partial, 'half');
      const before = await listKeys(server.objects);

      await withClockAhead(aheadMs, async () => {
        await createReaper(server).run();
        const report = await createSweep(server).run({dryRun: false, force: true});
        t.match(report, {young: 3, unknown: 0, removed: 0, aborted_uploads: 0});
        t.match(await createSweep(server).run({...DELETE_ALL_UNKNOWN, minAgeMs: HOUR_MS}), {
          young: 3,
          removed: 0,
        });
      });

      t.same(await listKeys(server.objects), before);
      t.ok(before.includes(key) && before.includes(unknown));
      t.equal((await visitor.session()).status, 200);
      // The limit compares the file's own time, which is now two days old.
      const old = new Date(Date.now() - 48 * HOUR_MS);
      await utimes(partial, old, old);
      t.match(await createSweep(server).run({dryRun: false, force: true}), {aborted_uploads: 1});
    });
  }

  await t.test('the store’s', async (t) => {
    const server = await startServer(t);
    const {bucket, objects, unknown} = await startComputedBucket(t, server, 1_000);
    const sweep = createSweep(server, {objects});
    const careful = {dryRun: false, force: true, quarantineMs: 0};
    // The objects are one minute old. The clock of the store is an hour ahead.
    bucket.clockMs = HOUR_MS;
    bucket.ageMs = HOUR_MS + 60_000;

    t.match(await sweep.run(careful), {young: 1_000, unknown: 0, removed: 0});
    t.equal(bucket.countCalls('delete'), 0);
    bucket.clockMs = 0;
    t.match(await sweep.run(careful), {young: 0, unknown, removed: unknown}, 'an hour later');
  });
});

/** Runs `work` while the machine's clock is ahead by `ms`. */
const withClockAhead = async (ms: number, work: () => Promise<void>): Promise<void> => {
  const RealDate = Date;
  const ahead = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [RealDate.now() + ms] : given) as [number]));
    }
    static override now = () => RealDate.now() + ms;
  };
  globalThis.Date = ahead as DateConstructor;
  try {
    await work();
  } finally {
    globalThis.Date = RealDate;
  }
};
