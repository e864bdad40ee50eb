import {readFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {WIDGET, isWidgetBuilt, readProjectVersion} from '../http/assets.js';
import {readBuild} from '../releases/build.js';
import {LOADER} from '../releases/names.js';
import {FaultProxy} from './fault-proxy.js';
import {
  createBuild,
  backdateLastUse,
  storeRelease,
  getFileText,
  getUnusedDays,
} from './release-builds.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';
import {until} from './until.js';

const DAY_MS = 86_400_000;
const CHUNK = 'chat-Ab_cd-12.js';
const YEAR = 'public, max-age=31536000, immutable';

const get = ({url}: Pick<TestServer, 'url'>, urlPath: string, headers = {}, method = 'GET') =>
  fetch(`${url}${urlPath}`, {method, headers});

const getCode = async (response: Response) =>
  ((await response.json()) as {code?: string}).code ?? '';

const skip = isWidgetBuilt ? false : 'the widget is not built';

void t.test('a server stores its own release', {skip}, async (t) => {
  const own = await readBuild(WIDGET);
  const names = own?.files.map(({name}) => name).sort();
  const findNames = async ({sql}: TestServer) => {
    const rows = await sql<{name: string}[]>`select name from widget_releases order by name`;
    return rows.map(({name}) => name).sort();
  };

  await t.test('with every file of the manifest', async (t) => {
    const server = await startServer(t);

    await server.release.start();

    t.same(await findNames(server), names);
    const [row] = await server.sql`
      select * from widget_releases where name = ${LOADER} and release = ${readProjectVersion()}`;
    t.match(row, {content_type: 'text/javascript; charset=utf-8'});
    for (const [column, ending] of [
      ['bytes', ''],
      ['gzip', '.gz'],
      ['brotli', '.br'],
    ] as const) {
      t.same(row?.[column], await readFile(path.join(WIDGET, `${LOADER}${ending}`)), column);
    }
  });

  await t.test('once, if several servers start at the same time', async (t) => {
    const first = await startServer(t);
    const others = [await startServer(t, {beside: first}), await startServer(t, {beside: first})];

    await Promise.all([first, ...others].map(({release}) => release.start()));

    t.same(await findNames(first), names);
  });

  await t.test('without replacing stored files when it starts again', async (t) => {
    const first = await startServer(t);
    await first.release.start();
    await backdateLastUse(first, readProjectVersion(), 3);
    const second = await startServer(t, {beside: first});
    const storedAt = () => first.sql`select name, stored_at from widget_releases order by name`;
    const before = [...(await storedAt())];

    await second.release.start();

    t.same([...(await storedAt())], before);
    t.same(
      await getUnusedDays(first, readProjectVersion()),
      [0],
      'the use is recorded at the start',
    );
  });

  await t.test('later, if the database is unavailable at the start', async (t) => {
    const {url} = await createMigratedDatabase(t);
    const proxy = await FaultProxy.start(t, url);
    const server = await startServer(t, {settings: {DATABASE_URL: proxy.replaceHost(url)}});
    await proxy.set('refuse');

    await server.release.start();
    await proxy.set('pass');

    await until(async () => (await findNames(server)).length === names?.length);
    t.same(await findNames(server), names);
  });
});

void t.test('the files of another release', {skip}, async (t) => {
  const server = await startServer(t);
  const build = createBuild('0.0.9', CHUNK);
  await storeRelease(server, build);
  const ownChunk = (await readBuild(WIDGET))?.files.find(({name}) => name.startsWith('chat-'));
  const addresses = [
    [`/widget/${CHUNK}`, `/widget/${ownChunk?.name}`],
    [`/widget/again/${CHUNK}`, `/widget/again/${ownChunk?.name}`],
    [`/0.0.9/${LOADER}`, `/${readProjectVersion()}/${LOADER}`],
  ] as const;

  for (const [address, ownAddress] of addresses) {
    await t.test(`${address} is served like a file of the running release`, async (t) => {
      for (const headers of [
        {'accept-encoding': 'br, gzip'},
        {'accept-encoding': 'gzip'},
        {'accept-encoding': 'identity'},
        {'accept-encoding': 'identity', range: 'bytes=0-9'},
      ]) {
        for (const method of ['GET', 'HEAD']) {
          const [response, own] = [
            await get(server, address, headers, method),
            await get(server, ownAddress, headers, method),
          ];
          t.equal(response.status, own.status);
          t.same(alike(response.headers), alike(own.headers));
          t.equal(response.headers.get('cache-control'), YEAR);
          t.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
          const text = getFileText(build, path.basename(address));
          const wanted = 'range' in headers ? text.slice(0, 10) : text;
          if (method === 'GET') t.equal(await response.text(), wanted);
          await own.body?.cancel();
        }
      }
    });

    await t.test(`${address} is confirmed by its ETag`, async (t) => {
      const etag = (await get(server, address)).headers.get('etag') ?? '';
      const again = {'if-none-match': etag, 'cache-control': 'max-age=0'};

      t.equal((await get(server, address, again)).status, 304);
    });
  }

  await t.test('are found by a server that started before they were stored', async (t) => {
    const next = createBuild('9.0.0', 'intake-NextNext.js');
    await storeRelease(server, next);

    const response = await get(server, '/widget/intake-NextNext.js');

    t.equal(response.status, 200);
    t.equal(await response.text(), getFileText(next, 'intake-NextNext.js'));
  });

  await t.test('are not found under a name that no release has', async (t) => {
    for (const urlPath of ['/widget/chat-12345678.js', `/0.0.8/${LOADER}`]) {
      const response = await get(server, urlPath);
      t.equal(response.status, 404);
      t.equal(response.headers.get('cache-control'), 'no-store');
      t.equal(await getCode(response), 'not_found');
    }
  });
});

/** Returns headers for comparison; some may have any value. */
const alike = (headers: Headers) => {
  const differing = ['content-length', 'content-range', 'date', 'etag', 'last-modified'];
  differing.push('x-request-id');
  return [...headers]
    .map(([name, value]) => [name, differing.includes(name) ? 'any' : value])
    .sort();
};

void t.test('two builds of one version', {skip}, async (t) => {
  await t.test('share the loader that was stored first, and both chunks are found', async (t) => {
    const server = await startServer(t);
    const [first, second] = [
      createBuild('0.0.9', 'chat-first-11.js', 'first'),
      createBuild('0.0.9', 'chat-second-2.js', 'second'),
    ];

    t.same(await storeRelease(server, first), []);
    t.same(await storeRelease(server, second), [LOADER], 'the call returns the files that differ');

    t.equal(await (await get(server, `/0.0.9/${LOADER}`)).text(), getFileText(first, LOADER));
    for (const [build, name] of [
      [first, 'chat-first-11.js'],
      [second, 'chat-second-2.js'],
    ] as const) {
      t.equal(await (await get(server, `/widget/${name}`)).text(), getFileText(build, name));
    }
  });

  await t.test('are also found if one of them is the build of this server', async (t) => {
    const server = await startServer(t);
    const earlier = createBuild(readProjectVersion(), 'chat-earlier1.js', 'earlier');
    await storeRelease(server, earlier);

    await server.release.start();

    const pinned = await get(server, `/${readProjectVersion()}/${LOADER}`);
    t.equal(await pinned.text(), getFileText(earlier, LOADER));
    t.equal(pinned.headers.get('cache-control'), YEAR);
    const current = await readFile(path.join(WIDGET, LOADER), 'utf8');
    t.equal(await (await get(server, `/${LOADER}`)).text(), current);
  });
});

void t.test('the number of database queries', {skip}, async (t) => {
  /** Runs `work` while the releases table is locked, so that no query can read it. */
  const withoutTable = async (server: TestServer, work: () => Promise<void>) => {
    await server.sql.begin(async (tx) => {
      await tx`lock table widget_releases in access exclusive mode`;
      await work();
    });
  };

  await t.test('is zero for a name that no release file can have', async (t) => {
    const server = await startServer(t);
    await withoutTable(server, async () => {
      for (const urlPath of [
        '/widget/nothing.js',
        '/widget/chat-short.js',
        '/widget/chat-Ab_cd-12.css',
        '/widget/..%2fchat-Ab_cd-12.js',
        `/widget/${'a'.repeat(83)}-Ab_cd-12.js`,
        `/not-a-version/${LOADER}`,
        `/1.2/${LOADER}`,
      ]) {
        const response = await get(server, urlPath);
        t.equal(response.status, 404, urlPath);
      }
    });
  });

  await t.test('is one for a missing name', async (t) => {
    const server = await startServer(t);
    t.equal((await get(server, '/widget/chat-missing1.js')).status, 404);

    await withoutTable(server, async () => {
      t.equal((await get(server, '/widget/chat-missing1.js')).status, 404);
      t.equal((await get(server, '/widget/chat-missing2.js')).status, 503);
    });
  });

  await t.test('is one for an existing file', async (t) => {
    const server = await startServer(t);
    await storeRelease(server, createBuild('0.0.9', CHUNK));
    t.equal((await get(server, `/widget/${CHUNK}`)).status, 200);

    await withoutTable(server, async () => {
      t.equal((await get(server, `/widget/${CHUNK}`)).status, 200);
      t.equal((await get(server, `/widget/again/${CHUNK}`)).status, 200);
    });
  });

  await t.test('is limited for each client network', async (t) => {
    const server = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '1'}});
    await storeRelease(server, createBuild('0.0.9', CHUNK));
    t.equal((await get(server, `/widget/${CHUNK}`)).status, 200);
    const statuses = [];
    for (let i = 0; i < 12; i++) {
      statuses.push((await get(server, `/widget/chat-flood${100 + i}.js`)).status);
    }

    t.same([...new Set(statuses.slice(0, 11))], [404]);
    t.equal(statuses[11], 429);
    const refused = await get(server, '/widget/chat-flood999.js');
    t.ok(Number(refused.headers.get('retry-after')) > 0);
    t.equal(await getCode(refused), 'rate_limited');
    t.equal((await get(server, `/widget/${CHUNK}`)).status, 200, 'cached files need no lookup');
    await until(async () => {
      const rows = await server.sql`
        select from audit_logs where event_type = 'rate_limit_exceeded'
          and metadata->>'route' = '/widget/:name'`;
      return rows.length === 1;
    });
  });
});

void t.test('a server without the database', {skip}, async (t) => {
  const {url} = await createMigratedDatabase(t);
  const proxy = await FaultProxy.start(t, url);
  const server = await startServer(t, {settings: {DATABASE_URL: proxy.replaceHost(url)}});
  const build = createBuild('0.0.9', CHUNK);
  await storeRelease(server, build);
  t.equal((await get(server, `/0.0.9/${LOADER}`)).status, 200);
  await proxy.set('refuse');

  const response = await get(server, `/widget/${CHUNK}`);
  t.equal(response.status, 503);
  t.equal(response.headers.get('cache-control'), 'no-store');
  t.ok(Number(response.headers.get('retry-after')) > 0);
  t.equal(await getCode(response), 'unavailable');
  t.equal((await get(server, `/0.0.9/${LOADER}`)).status, 200, 'a cached file is served');
  t.equal((await get(server, `/${LOADER}`)).status, 200, 'the running release is served');

  await proxy.set('pass');
  await until(async () => (await get(server, `/widget/${CHUNK}`)).status === 200);
  t.pass('the failure is not cached');
});

void t.test('the use of a release is recorded once a day', {skip}, async (t) => {
  await t.test('when a page requests one of its files', async (t) => {
    const server = await startServer(t);
    await storeRelease(server, createBuild('0.0.9', CHUNK));
    await backdateLastUse(server, '0.0.9', 3);

    await get(server, `/widget/${CHUNK}`);
    await until(async () => (await getUnusedDays(server, '0.0.9')).join() === '0');

    const getVersions = () =>
      server.sql`select name, xmin::text from widget_releases order by name`;
    const before = [...(await getVersions())];
    await get(server, `/0.0.9/${LOADER}`);
    await get(server, `/widget/${CHUNK}`);
    await new Promise(setImmediate);
    t.same([...(await getVersions())], before, 'another request writes nothing');
  });

  await t.test('also for the running release, which is served from disk', async (t) => {
    const server = await startServer(t);
    await server.release.start();
    await backdateLastUse(server, readProjectVersion(), 3);
    await get(server, `/${LOADER}`);
    t.same(await getUnusedDays(server, readProjectVersion()), [3], 'already recorded today');

    const {now} = Date;
    t.teardown(() => (Date.now = now));
    Date.now = () => now() + DAY_MS;
    await get(server, `/${LOADER}`);

    await until(async () => (await getUnusedDays(server, readProjectVersion())).join() === '0');
  });
});

void t.test('a release unused for WIDGET_RELEASE_DAYS is deleted', async (t) => {
  const server = await startServer(t, {settings: {WIDGET_RELEASE_DAYS: '10'}});
  for (const [release, days] of [
    ['0.0.7', 11],
    ['0.0.8', 9],
  ] as const) {
    await storeRelease(server, createBuild(release, `chat-${release.replaceAll('.', '')}-hash.js`));
    await backdateLastUse(server, release, days);
  }

  await server.expiry.run();

  const rows = await server.sql`select distinct release from widget_releases`;
  t.same([...rows], [{release: '0.0.8'}]);
  const [trace] = await server.sql`
    select metadata from audit_logs where metadata->>'part' = 'releases'`;
  t.same(trace?.['metadata'], {part: 'releases', releases: ['0.0.7'], removed: 2});
});
