import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';
import type {Test} from 'tap';

import {readConfig} from '../config/config.js';
import {StoreUnavailable} from '../object-store/errors.js';
import type {Bytes} from '../object-store/object-store.js';
import {S3Objects} from '../object-store/s3.js';
import {runDoctor} from './run-doctor.js';
import {startServer, temporaryFolder} from './start-server.js';
import {StoreProxy, createErrorResponse} from './store-proxy.js';

const KEYS = {AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret'};
const DOWNLOAD = {fileName: 'a.pdf', contentType: 'application/pdf', seconds: 60};

const getSettings = async (t: Test, env: Record<string, string>) => {
  const {s3} = readConfig({DATA_DIR: await temporaryFolder(t), S3_BUCKET: 'files', ...env});
  if (!s3) throw new Error('There are no settings of a bucket.');
  return s3;
};

const open = async (t: Test, env: Record<string, string>): Promise<S3Objects> => {
  const store = new S3Objects(await getSettings(t, env));
  t.teardown(() => store.close());
  return store;
};

t.test('temporary credentials sign every call and every link', async (t) => {
  const proxy = await StoreProxy.start(t);
  proxy.respond = ({method}) => ({status: method === 'DELETE' ? 204 : 200});
  const env = {...KEYS, AWS_SESSION_TOKEN: 'STS-TOKEN', S3_ENDPOINT: proxy.endpoint};
  const store = await open(t, env);

  await store.check();
  await store.put('a.pdf', once(Buffer.from('%PDF-')), 5, new AbortController().signal);
  await store.get('a.pdf', new AbortController().signal);
  await store.delete(['a.pdf']);
  const {url} = await store.createDownloadLink('a.pdf', DOWNLOAD);

  t.ok(proxy.calls.length >= 4);
  for (const {method, query, headers} of proxy.calls) {
    t.equal(headers['x-amz-security-token'], 'STS-TOKEN', `${method} ${query.toString()}`);
  }
  t.equal(new URL(url).searchParams.get('X-Amz-Security-Token'), 'STS-TOKEN');
});

t.test('without a token, none is sent', async (t) => {
  const store = await open(t, {...KEYS, S3_ENDPOINT: 'http://127.0.0.1:9000'});
  const {url} = await store.createDownloadLink('a.pdf', DOWNLOAD);
  t.notMatch(url, /security-token/i);
});

t.test('the region', async (t) => {
  const getScope = async (t: Test, env: Record<string, string>) => {
    const {url} = await (await open(t, {...KEYS, ...env})).createDownloadLink('a.pdf', DOWNLOAD);
    return new URL(url).searchParams.get('X-Amz-Credential')?.split('/')[2];
  };
  const endpoint = {S3_ENDPOINT: 'http://127.0.0.1:9000'};

  t.equal(
    await getScope(t, {AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-3'}),
    'eu-west-1',
  );
  t.equal(await getScope(t, {AWS_DEFAULT_REGION: 'eu-central-1'}), 'eu-central-1');
  t.equal(await getScope(t, {...endpoint, AWS_DEFAULT_REGION: 'garage'}), 'garage');
  t.equal(await getScope(t, endpoint), 'us-east-1', 'compatible stores accept the default region');

  const file = path.join(await temporaryFolder(t), 'config');
  await writeFile(file, '[default]\nregion = ap-south-1\n');
  process.env['AWS_CONFIG_FILE'] = file;
  t.teardown(() => delete process.env['AWS_CONFIG_FILE']);
  t.equal(await getScope(t, {}), 'ap-south-1', 'the region is that of the profile');
});

t.test('a bucket in another region is reported to the operator', async (t) => {
  const proxy = await StoreProxy.start(t);
  proxy.respond = () =>
    createErrorResponse(301, 'PermanentRedirect', {'x-amz-bucket-region': 'eu-central-1'});
  const env = {...KEYS, S3_ENDPOINT: proxy.endpoint};
  const store = await open(t, env);
  const sentence = /the bucket is in the region eu-central-1.*Set AWS_REGION=eu-central-1/i;

  await t.rejects(store.check(), {name: 'StoreUnavailable', message: sentence});
  await t.rejects(store.head('a.pdf'), {name: 'StoreUnavailable', message: sentence});
  t.match((await store.delete(['a.pdf'])).failed, [{key: 'a.pdf', code: 'StoreUnavailable'}]);

  const server = await startServer(t);
  const {resultOf, findingsAt} = await runDoctor(server, {s3: await getSettings(t, env)});
  t.match(resultOf('storage reachable'), sentence);
  t.ok(findingsAt('fail').includes('storage reachable'));
});

t.test('a missing region is reported as a missing setting', async (t) => {
  process.env['AWS_CONFIG_FILE'] = path.join(await temporaryFolder(t), 'none');
  t.teardown(() => delete process.env['AWS_CONFIG_FILE']);
  const store = await open(t, KEYS);

  await t.rejects(store.check(), StoreUnavailable);
  await t.rejects(store.check(), {message: /Set AWS_REGION/});
});

async function* once(bytes: Buffer): Bytes {
  yield bytes;
}
