import {randomUUID} from 'node:crypto';

import t from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {Sweep} from '../cleanup/sweep.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor, request} from './visitor.js';

const LIMIT = 10;

t.test('three servers on one database and one store', async (t) => {
  const settings = {RATE_LIMIT_PER_MINUTE: String(LIMIT)};
  const first = await startServer(t, {settings});
  const servers = [
    first,
    await startServer(t, {beside: first, settings}),
    await startServer(t, {beside: first, settings}),
  ];
  const urls = servers.map(({url}) => url);

  await t.test('continue a session that began at another server', async (t) => {
    const visitor = await Visitor.consenting(urls[0] as string);
    const bytes = makePdf(100_000);
    const elsewhere = visitor.at(urls[1] as string);
    const uploaded = await elsewhere.upload(bytes);
    const third = visitor.at(urls[2] as string);
    const email = `${randomUUID()}@example.com`;
    const contact = await third.contact(email);

    t.same([uploaded.status, contact.status], [201, 202]);
    const {body} = await visitor.session();
    t.match(body, {state: 'pending', files: [{id: uploaded.body.file.id}]});
    t.ok((await third.download(uploaded.body.file.id)).bytes.equals(bytes));
    await first.mailbox.waitFor(email);
  });

  await t.test('share one rate limit', async (t) => {
    await first.sql`delete from rate_limits`;
    const responses = await Promise.all(
      Array.from({length: 3 * LIMIT}, (_, i) =>
        request(urls[i % 3] as string, 'POST', '/api/session/validate-uuid', {
          json: {uuid: randomUUID()},
        }),
      ),
    );

    t.equal(responses.filter(({status}) => status === 200).length, LIMIT);
    t.equal(responses.filter(({status}) => status === 429).length, 2 * LIMIT);
  });

  await t.test('store one file if all of them receive the same key at once', async (t) => {
    await first.sql`delete from rate_limits`;
    const visitor = await Visitor.consenting(urls[0] as string);
    const key = randomUUID();
    const bytes = makePdf(200_000);

    const responses = await Promise.all(urls.map((url) => visitor.at(url).upload(bytes, {key})));

    t.same(responses.map(({status}) => status).sort(), [200, 200, 201]);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('delete each abandoned file once between them', async (t) => {
    const abandoned = 30;
    await first.sql`delete from rate_limits`;
    const {visits, keys} = await abandon(first, abandoned);
    const counter = new Counter();

    const reports = await Promise.all(
      servers.map(({objects, sql, config, app}) =>
        new Reaper({sql, config, log: app.log, objects: counter.around(objects)}).run(),
      ),
    );
    await Promise.all(
      servers.map(({objects, sql, config, app}) =>
        new Reaper({sql, config, log: app.log, objects: counter.around(objects)}).run(),
      ),
    );

    t.same(counter.deleted.sort(), keys.sort(), 'each key once');
    const sum = (name: 'abandoned' | 'removed') =>
      reports.reduce((total, report) => total + report[name], 0);
    t.equal(sum('abandoned'), abandoned);
    t.equal(sum('removed'), abandoned);
    const states = await first.sql<{state: string}[]>`
      select distinct state from visits where uuid = any(${visits}::uuid[])`;
    t.same(
      states.map(({state}) => state),
      ['gone'],
    );
  });

  await t.test('let only one of them sweep', async (t) => {
    const sweeps = servers.map(({objects, sql, config, app}) =>
      new Sweep({sql, config, objects, log: app.log}).run({dryRun: false}),
    );

    const reports = await Promise.all(sweeps);

    t.equal(reports.filter((report) => report !== undefined).length, 1);
  });
});

const abandon = async (server: TestServer, count: number) => {
  const visits: string[] = [];
  const keys: string[] = [];
  for (let i = 0; i < count; i++) {
    if (i % 5 === 0) await server.sql`delete from rate_limits`;
    const visitor = await Visitor.consenting(server.url);
    const {body} = await visitor.upload(makePdf(1_000));
    visits.push(visitor.uuid);
    keys.push(`uploads/${visitor.uuid}/${body.file.id}.pdf`);
  }
  await server.sql`
    update visits set last_seen_at = last_seen_at - interval '1 hour'
    where uuid = any(${visits}::uuid[])`;
  return {visits, keys};
};

/** Records the keys that every store was asked to delete. */
class Counter {
  readonly deleted: string[] = [];

  around(objects: ObjectStore): ObjectStore {
    const counting = Object.create(objects) as ObjectStore;
    counting.delete = (keys) => {
      this.deleted.push(...keys);
      return objects.delete(keys);
    };
    return counting;
  }
}
