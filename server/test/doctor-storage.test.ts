import {readFile} from 'node:fs/promises';

import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import t from 'tap';
import type {Test} from 'tap';

import type {Config} from '../config/config.js';
import {runDoctor} from './run-doctor.js';
import {freePort} from './free-port.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing, createTestBucket} from './test-bucket.js';

const README = new URL('../../../examples/deploy/README.md', import.meta.url);

interface Owned {
  server: TestServer;
  s3: NonNullable<Config['s3']>;
  client: S3Client;
  Bucket: string;
}

/**
 * Returns the server with a separate bucket, and a client with the rights of the bucket's owner.
 */
const owned = async (t: Test, shared: TestServer): Promise<Owned> => {
  const {bucket} = await createTestBucket(t);
  const s3 = {...(shared.config.s3 as Owned['s3']), bucket};
  const server = {...shared, config: {...shared.config, s3}};
  const client = new S3Client(s3);
  t.teardown(() => client.destroy());
  return {server, s3, client, Bucket: s3.bucket};
};

const policy = (...statements: object[]) =>
  JSON.stringify({Version: '2012-10-17', Statement: statements});

/** Ceph 16 refuses every put while BlockPublicAcls is on, so that it stays off here. */
const closed = {
  BlockPublicAcls: false,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const versioned = async ({client, Bucket}: Owned): Promise<void> => {
  const VersioningConfiguration = {Status: 'Enabled' as const};
  await client.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration}));
};

const actionsInReadme = async (): Promise<string[]> => {
  const readme = await readFile(README, 'utf8');
  const json = /```json\n(\{\n {2}"Version"[\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const {Statement} = JSON.parse(json) as {Statement: {Action: string[]}[]};
  return Statement.flatMap(({Action}) => Action);
};

type Command = PutPublicAccessBlockCommand;

const COMMANDS: Record<string, (input: never) => object> = {
  'put-public-access-block': (input) => new PutPublicAccessBlockCommand(input),
  'put-bucket-encryption': (input) => new PutBucketEncryptionCommand(input),
  'put-bucket-lifecycle-configuration': (input) =>
    new PutBucketLifecycleConfigurationCommand(input),
};

/** Returns the commands `aws s3api do-this --bucket … --argument '{…}'` as input for the SDK. */
const commandsInReadme = async () => {
  const readme = await readFile(README, 'utf8');
  const found = [
    ...readme.matchAll(/aws s3api ([\w-]+) --bucket \$BUCKET --([\w-]+) \\\n\s+'(.+)'/g),
  ];
  return found.map(([, name = '', argument = '', json = '']) => ({
    name,
    input: {[pascal(argument)]: JSON.parse(json) as unknown},
  }));
};

const pascal = (kebab: string): string =>
  kebab.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());

const left = async ({client, Bucket}: Owned): Promise<number> => {
  const {Versions = [], DeleteMarkers = []} = await client.send(
    new ListObjectVersionsCommand({Bucket}),
  );
  const {Uploads = []} = await client.send(new ListMultipartUploadsCommand({Bucket}));
  return Versions.length + DeleteMarkers.length + Uploads.length;
};

t.test('maria doctor and a bucket', {skip: bucketsMissing}, async (t) => {
  const shared = await startServer(t, {store: 's3', settings: {MAIL_FROM: 'maria@example.com'}});

  await t.test(
    'that is configured correctly: nothing fails and nothing is left behind',
    async (t) => {
      const bucket = await owned(t, shared);
      const PublicAccessBlockConfiguration = closed;
      await bucket.client.send(
        new PutPublicAccessBlockCommand({Bucket: bucket.Bucket, PublicAccessBlockConfiguration}),
      );

      const {findingsAt, passed} = await runDoctor(bucket.server);

      t.same(findingsAt('fail'), []);
      t.ok(passed);
      // This store cannot encrypt, and the mailbox of the tests does not support TLS.
      t.same(findingsAt('warn'), ['storage encryption', 'mail encryption']);
      t.match(findingsAt('ok').join(), /storage put,.*storage multipart,.*storage links/);
      t.equal(await left(bucket), 0);
    },
  );

  await t.test('that the README’s commands configured', async (t) => {
    const bucket = await owned(t, shared);
    const commands = await commandsInReadme();
    t.same(commands.map(({name}) => name).sort(), Object.keys(COMMANDS).sort());
    const refused: string[] = [];
    for (const {name, input} of commands) {
      const command = COMMANDS[name]?.({Bucket: bucket.Bucket, ...input} as never) as Command;
      await bucket.client.send(command).catch(() => refused.push(name));
    }
    // This store cannot encrypt.
    t.same(refused, ['put-bucket-encryption']);

    const {resultOf, findings} = await runDoctor(bucket.server);
    t.match(resultOf('storage lifecycle'), /^aborts unfinished uploads/);
    t.equal(resultOf('storage public access block'), 'all four settings are on');
    const put = findings.find(({check}) => check === 'put');
    t.match(
      put,
      {level: 'fail', advice: /BlockPublicAcls is on/},
      'this store refuses every put with it',
    );
  });

  await t.test('that is public for reading, listing and writing', async (t) => {
    const bucket = await owned(t, shared);
    const {Bucket, client} = bucket;
    const open = {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
      Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    };
    await client.send(new PutBucketPolicyCommand({Bucket, Policy: policy(open)}));

    const {findingsAt} = await runDoctor(bucket.server);

    t.same(findingsAt('fail'), [
      'storage private: read',
      'storage private: list',
      'storage private: write',
      'storage policy',
    ]);
    t.ok(findingsAt('warn').includes('storage public access block'));
    t.equal(await left(bucket), 0, 'the object that an anonymous client wrote is removed as well');
  });

  await t.test('in which other programs leave versions', async (t) => {
    const bucket = await owned(t, shared);
    const {Bucket, client} = bucket;
    await versioned(bucket);
    const open = {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:PutObject'],
      Resource: [`arn:aws:s3:::${Bucket}/*`],
    };
    await client.send(new PutBucketPolicyCommand({Bucket, Policy: policy(open)}));

    const {findingsAt} = await runDoctor(bucket.server);

    t.ok(findingsAt('fail').includes('storage private: write'));
    t.ok(findingsAt('ok').includes('storage delete versions'), 'only our own are counted');
    t.equal(await left(bucket), 0);
  });

  await t.test('with versions, CORS, and a rule that deletes files', async (t) => {
    const bucket = await owned(t, shared);
    const {Bucket, client} = bucket;
    await versioned(bucket);
    const CORSRules = [{AllowedMethods: ['GET'], AllowedOrigins: ['*']}];
    await client.send(new PutBucketCorsCommand({Bucket, CORSConfiguration: {CORSRules}}));
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [{ID: 'old', Status: 'Enabled', Filter: {Prefix: ''}, Expiration: {Days: 30}}],
        },
      }),
    );

    const {findingsAt, resultOf} = await runDoctor(bucket.server);

    t.match(resultOf('storage versioning'), /^enabled/);
    t.ok(findingsAt('ok').includes('storage delete versions'));
    t.ok(findingsAt('warn').includes('storage cors'));
    t.same(findingsAt('fail'), ['storage lifecycle']);
    t.equal(await left(bucket), 0, 'no version of it is left');
  });

  await t.test('that allows only the actions of the README’s policy', async (t) => {
    const bucket = await owned(t, shared);
    const {Bucket, client} = bucket;
    const resources = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
    const deny = async (rule: object) => {
      const statement = {Effect: 'Deny', Principal: '*', Resource: resources, ...rule};
      await client.send(new PutBucketPolicyCommand({Bucket, Policy: policy(statement)}));
    };
    const needed = await actionsInReadme();
    // The test itself needs these two actions, as the owner of the bucket.
    const stillOurs = ['s3:PutBucketPolicy', 's3:PutBucketVersioning'];

    const findingsAfter = async (rule: object) => {
      await deny(rule);
      return (await runDoctor(bucket.server)).findingsAt('fail');
    };

    t.same(
      await findingsAfter({NotAction: [...needed, ...stillOurs]}),
      [],
      'the policy is sufficient',
    );
    for (const action of needed.filter((one) => one !== 's3:DeleteObjectVersion')) {
      t.not((await findingsAfter({Action: [action]})).length, 0, `${action} is needed`);
    }
    await deny({Action: ['s3:GetBucketVersioning']});
    t.match((await runDoctor(bucket.server)).resultOf('storage versioning'), /^unknown/);
    await versioned(bucket);
    t.same(await findingsAfter({NotAction: [...needed, ...stillOurs]}), [], 'with versions too');
    t.same(await findingsAfter({Action: ['s3:DeleteObjectVersion']}), [
      'storage delete',
      'storage delete versions',
      'storage left behind',
    ]);
  });

  await t.test('that is unavailable', async (t) => {
    const {server, s3} = await owned(t, shared);
    const wrong = {accessKeyId: 'nobody', secretAccessKey: 'a-secret-of-nobody'};
    for (const changed of [
      {...s3, credentials: wrong},
      {...s3, bucket: 'there-is-no-such-bucket'},
      {...s3, endpoint: `http://127.0.0.1:${await freePort()}`},
    ]) {
      const {findingsAt, findings} = await runDoctor(server, {s3: changed});
      t.equal(findingsAt('fail')[0], 'storage reachable');
      t.notMatch(JSON.stringify(findings), /a-secret-of-nobody/);
    }
  });
});
