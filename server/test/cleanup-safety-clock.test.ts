import {mkdir, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {putUnknown, reaperOf, sweepOf, visitWithFile} from './cleanup-parts.js';
import {keysIn} from './keys-in.js';
import {startServer} from './start-server.js';
import {GREEDY, computed} from './sweep-parts.js';

const HOUR_MS = 3_600_000;

t.test('a clock that is ahead makes no object older:', async (t) => {
  for (const [name, aheadMs] of [
    ['an hour and a minute', HOUR_MS + 60_000],
    ['eight days', 8 * 24 * HOUR_MS],
  ] as const) {
    await t.test(`the server’s, by ${name}`, async (t) => {
      const server = await startServer(t);
      const {key, visitor} = await visitWithFile(server);
      const unknown = await putUnknown(server);
      const watched = await putUnknown(server);
      await sweepOf(server).run({dryRun: false, force: true, minAgeMs: 0});
      await server.sql`delete from orphan_candidates where key <> ${watched}`;
      const partial = path.join(server.dataDir, 'files/uploads', `a.pdf.part-${'0'.repeat(16)}`);
      await mkdir(path.dirname(partial), {recursive: true});
      await writeFile(partial, 'half');
      const before = await keysIn(server.objects);

      await withClockAhead(aheadMs, async () => {
        await reaperOf(server).run();
        const report = await sweepOf(server).run({dryRun: false, force: true});
        t.match(report, {young: 3, unknown: 0, removed: 0, aborted_uploads: 0});
        t.match(await sweepOf(server).run({...GREEDY, minAgeMs: HOUR_MS}), {young: 3, removed: 0});
      });

      t.same(await keysIn(server.objects), before);
      t.ok(before.includes(key) && before.includes(unknown));
      t.equal((await visitor.session()).status, 200);
      // The limit compares the file's own time, which is now two days old.
      const old = new Date(Date.now() - 48 * HOUR_MS);
      await utimes(partial, old, old);
      t.match(await sweepOf(server).run({dryRun: false, force: true}), {aborted_uploads: 1});
    });
  }

  await t.test('the store’s', async (t) => {
    const server = await startServer(t);
    const {bucket, objects, unknown} = await computed(t, server, 1_000);
    const sweep = sweepOf(server, {objects});
    const careful = {dryRun: false, force: true, quarantineMs: 0};
    // The objects are one minute old. The clock of the store is an hour ahead.
    bucket.clockMs = HOUR_MS;
    bucket.ageMs = HOUR_MS + 60_000;

    t.match(await sweep.run(careful), {young: 1_000, unknown: 0, removed: 0});
    t.equal(bucket.countOf('delete'), 0);
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
