import {existsSync, readdirSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {readProjectVersion} from '../http/assets.js';
import {createEtag} from '../http/etag.js';
import {startServer} from './start-server.js';

const WIDGET = fileURLToPath(new URL('../../widget/', import.meta.url));

// Without this header, fetch sends no-cache beside If-None-Match, which requests the whole file.
const REVALIDATING = {'cache-control': 'max-age=0'};

const isBuilt = existsSync(path.join(WIDGET, 'maria-chat.js'));

void t.test(
  'the widget’s files',
  {skip: isBuilt ? false : 'the widget is not built'},
  async (t) => {
    const server = await startServer(t);
    const get = (urlPath: string, headers = {}) => fetch(`${server.url}${urlPath}`, {headers});

    for (const urlPath of ['/maria-chat.js', '/v1/maria-chat.js', '/widget/maria-chat.js']) {
      await t.test(`${urlPath} is cached for minutes and revalidated`, async (t) => {
        const response = await get(urlPath);

        t.equal(response.status, 200);
        t.match(response.headers.get('content-type'), /javascript/);
        const [, seconds] = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '') ?? [];
        t.ok(Number(seconds) <= 3_600);
        t.notMatch(response.headers.get('cache-control'), /immutable/);
        t.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
        t.equal(response.headers.get('access-control-allow-origin'), '*');
        const etag = response.headers.get('etag') ?? '';
        t.equal((await get(urlPath, {'if-none-match': etag, ...REVALIDATING})).status, 304);
      });
    }

    const hashed = isBuilt ? readdirSync(WIDGET).find((name) => /-[\w-]{8}\.js$/.test(name)) : '';
    for (const urlPath of [
      `/${readProjectVersion()}/maria-chat.js`,
      `/widget/${hashed ?? ''}`,
      `/widget/again/${hashed ?? ''}`,
    ]) {
      await t.test(
        `${urlPath.replace(/-[\w-]{8}\.js/, '-….js')} is cached for a year`,
        async (t) => {
          const response = await get(urlPath);

          t.equal(response.status, 200);
          t.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
          t.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
        },
      );
    }

    await t.test('are compressed as the browser prefers', async (t) => {
      for (const [accept, encoding] of [
        ['br, gzip', 'br'],
        ['gzip', 'gzip'],
        ['identity', null],
      ] as const) {
        const response = await get('/maria-chat.js', {'accept-encoding': accept});
        t.equal(response.headers.get('content-encoding'), encoding);
        t.match(await response.text(), /maria/);
      }
    });

    for (const urlPath of [
      '/maria-chat.js',
      '/v1/maria-chat.js',
      `/${readProjectVersion()}/maria-chat.js`,
      '/widget/maria-chat.js',
      `/widget/${hashed ?? ''}`,
    ]) {
      await t.test(`a cache can distinguish the encodings of ${urlPath}`, async (t) => {
        const etags = new Set<string | null>();
        for (const accept of ['br', 'gzip', 'identity']) {
          const {headers} = await get(urlPath, {'accept-encoding': accept});
          t.match(headers.get('vary'), /accept-encoding/i);
          etags.add(headers.get('etag'));
        }
        t.equal(etags.size, 3);
        const [etag] = etags;
        const same = {'if-none-match': etag ?? '', 'accept-encoding': 'br', ...REVALIDATING};
        const {status, headers} = await get(urlPath, same);
        t.equal(status, 304);
        t.match(headers.get('vary'), /accept-encoding/i);
      });
    }

    await t.test('have tags that depend only on their contents', async (t) => {
      for (const [address, name] of [
        ['/maria-chat.js', 'maria-chat.js'],
        [`/${readProjectVersion()}/maria-chat.js`, 'maria-chat.js'],
        [`/widget/${hashed ?? ''}`, hashed ?? ''],
      ] as const) {
        for (const [accept, suffix] of Object.entries({identity: '', gzip: '.gz', br: '.br'})) {
          const {headers} = await get(address, {'accept-encoding': accept});
          const content = await readFile(path.join(WIDGET, `${name}${suffix}`));
          t.equal(headers.get('etag'), createEtag(content), `${address} ${accept}`);
          t.equal(headers.get('last-modified'), null);
        }
      }
    });

    await t.test('are sent whole, whatever part or precondition a request names', async (t) => {
      const etag = (await get('/maria-chat.js')).headers.get('etag') ?? '';
      const requests: Record<string, string>[] = [
        {'if-match': etag},
        {'if-unmodified-since': new Date(0).toUTCString()},
        {range: 'bytes=10-', 'if-range': new Date().toUTCString()},
      ];
      for (const headers of requests) {
        t.equal((await get('/maria-chat.js', headers)).status, 200);
      }
    });

    await t.test('do not include files outside their folder', async (t) => {
      for (const urlPath of [
        '/widget/../server/main.js',
        '/widget/%2e%2e/server/main.js',
        '/widget/..%2fserver%2fmain.js',
        '/widget/nothing.js',
        '/widget/',
        '/9.9.9/maria-chat.js',
      ]) {
        const response = await get(urlPath);
        t.ok([400, 403, 404].includes(response.status), `${urlPath}: ${response.status}`);
        t.match(await response.json(), {code: /not_found|invalid_request/});
      }
    });
  },
);
