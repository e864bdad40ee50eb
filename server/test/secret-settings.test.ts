import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {promisify} from 'node:util';

import t from 'tap';

import {readConfig} from '../config/config.js';
import {Settings} from '../config/environment.js';
import {SECRET, getSettingErrors, readSettings} from './read-settings.js';
import {temporaryFolder} from './start-server.js';

const run = promisify(execFile);

void t.test('the secret', async (t) => {
  const folder = await temporaryFolder(t);

  await t.test('is generated once, readable only by its owner, and stays', (t) => {
    const DATA_DIR = path.join(folder, 'new', 'data');
    const first = readConfig({DATA_DIR});
    const second = readConfig({DATA_DIR});

    t.same(first.secrets, second.secrets);
    const file = path.join(DATA_DIR, 'secret-key');
    t.equal(statSync(file).mode & 0o777, 0o600);
    t.ok(readFileSync(file, 'utf8').length >= 43);
    t.end();
  });

  await t.test('is shared by several processes that start concurrently', async (t) => {
    const DATA_DIR = path.join(folder, 'shared');
    const script = `
      const {readConfig} = await import(${JSON.stringify(new URL('../config/config.js', import.meta.url))});
      process.stdout.write(readConfig({DATA_DIR: process.argv[1]}).secrets[0].bytes.toString());`;
    const args = ['--input-type=module', '-e', script, DATA_DIR];
    const made = await Promise.all(
      Array.from({length: 4}, async () => (await run(process.execPath, args)).stdout),
    );
    t.equal(new Set(made).size, 1);
    t.match(made[0], /^[\w-]{43}$/);
    t.same(readdirSync(DATA_DIR), ['secret-key'], 'no unfinished file is left');
  });

  await t.test('is reported with a remedy if its file is cut off', (t) => {
    for (const [name, kept] of [
      ['empty', ''],
      ['short', 'c'.repeat(31)],
    ] as const) {
      const DATA_DIR = path.join(folder, name);
      mkdirSync(DATA_DIR);
      writeFileSync(path.join(DATA_DIR, 'secret-key'), kept);
      const [fault, ...others] = getSettingErrors({SECRET_KEY: '', DATA_DIR});
      t.match(fault, /secret-key is incomplete: it has \d+ characters.*delete it/);
      t.notMatch(fault, /ccc/);
      t.same(others, []);
    }
    t.end();
  });

  await t.test('is not generated while other settings are invalid', (t) => {
    const DATA_DIR = path.join(folder, 'untouched');
    t.throws(() => readConfig({DATA_DIR, PORT: 'abc'}), {name: 'InvalidSettings'});
    t.throws(() => statSync(DATA_DIR), {code: 'ENOENT'});
    t.end();
  });

  await t.test('is read from a file with a line break at the end', (t) => {
    const file = path.join(folder, 'key');
    writeFileSync(file, `${SECRET}\n`);
    t.same(readConfig({SECRET_KEY_FILE: file}).secrets, readSettings().secrets);
    t.end();
  });

  await t.test('is an error if its file is missing', (t) => {
    t.match(getSettingErrors({SECRET_KEY: '', SECRET_KEY_FILE: path.join(folder, 'none')}), [
      /SECRET_KEY_FILE cannot be read/,
    ]);
    t.end();
  });

  await t.test('can be a list, whose first entry signs', (t) => {
    const other = 'o'.repeat(32);
    const {secrets} = readSettings({SECRET_KEY: `${other}, ${SECRET}`});
    t.same(
      secrets.map(({bytes}) => bytes.toString()),
      [other, SECRET],
    );
    t.not(secrets[0]?.id, secrets[1]?.id);
    t.notOk(secrets.some(({id}) => other.includes(id) || SECRET.includes(id)));
    t.end();
  });
});

void t.test('no error shows a password, in whichever setting it is', (t) => {
  const password = 'hunter2';
  const beside: Record<string, string> = {
    S3_BUCKET: 'b',
    RESPONDER: 'openai',
    RESPONDER_MODEL: 'm',
  };
  for (const name of Object.keys(Settings.properties)) {
    for (const value of [
      `https://maria:${password}@host.example:99999/x`,
      `ftp://maria:${password}@host.example/x`,
      `https://maria:a/b#${password}@host.example`,
      `https://maria:a ${password}@host.example`,
      `https://host.example/hook?key=${password}`,
      `https://host.example/hook#${password}`,
      `maria:${password}@host.example`,
      `postgres://maria:${password}@host.example/maria?sslmode=maybe`,
    ]) {
      for (const NODE_ENV of ['production', 'development']) {
        const faults = getSettingErrors({...beside, NODE_ENV, [name]: value}).join('\n');
        t.notMatch(faults, new RegExp(password), `${name}=${value}`);
      }
    }
  }
  for (const name of ['SECRET_KEY', 'SECRET_KEY_FILE', 'RESPONDER_SECRET', 'RESPONDER_KEY']) {
    const settings = {RESPONDER: name === 'RESPONDER_SECRET' ? 'webhook' : 'openai'};
    const faults = getSettingErrors({...settings, SECRET_KEY: '', [name]: `${password} ü`}).join(
      '\n',
    );
    t.match(faults, new RegExp(name));
    t.notMatch(faults, new RegExp(password), name);
  }
  t.end();
});
