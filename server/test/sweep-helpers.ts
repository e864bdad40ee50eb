import type {Test} from 'tap';

import type {ObjectStore} from '../object-store/object-store.js';
import {S3Objects} from '../object-store/s3.js';
import {ComputedBucket, insertRows} from './computed-bucket.js';
import type {TestServer} from './start-server.js';

/** Options with which the sweep deletes every unknown key of our form immediately. */
export const DELETE_ALL_UNKNOWN = {dryRun: false, force: true, minAgeMs: 0, quarantineMs: 0};

/** Returns the same store, but calls a function after the first page has been read. */
export const callAfterFirstPage = (
  objects: ObjectStore,
  callback: () => Promise<unknown>,
): ObjectStore =>
  Object.assign(Object.create(objects) as ObjectStore, {
    async *list(prefix: string, after?: string) {
      let isFirst = true;
      for await (const page of objects.list(prefix, after)) {
        yield page;
        if (isFirst) await callback();
        isFirst = false;
      }
    },
  });

export const startComputedBucket = async (t: Test, server: TestServer, count: number) => {
  const bucket = new ComputedBucket(count);
  const objects = new S3Objects(await bucket.start());
  t.teardown(async () => {
    await objects.close();
    await bucket.stop();
  });
  const unknown = await insertRows(server.sql, count);
  return {bucket, objects, unknown};
};
