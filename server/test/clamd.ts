import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import type {Test} from 'tap';

import {acceptsConnections} from './accepts-connections.js';
import {freePort} from './free-port.js';
import {until} from './until.js';

/** Text that the only virus signature matches. No real malware is needed. */
export const VIRUS = 'MARIA-TEST-VIRUS';

/**
 * Reason why no scanner can be started here, for tap's `skip`. The runner has already printed it.
 */
export const clamdMissing: string | false =
  process.env['TEST_SCANNER_MISSING'] ??
  (spawnSync('clamd', ['--version'], {stdio: 'ignore'}).status === 0
    ? false
    : 'no virus scanner to test against: install clamav-daemon');

export interface Clamd {
  /** Value of `CLAMAV_HOST`. */
  host: string;
  stop: () => Promise<void>;
}

/** Starts a real clamd with one signature. */
export const startClamd = async (t: Test): Promise<Clamd> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-clamd-'));
  const port = await freePort();
  const signature = Buffer.from(VIRUS).toString('hex');
  await writeFile(path.join(folder, 'test.ndb'), `Maria.Test:0:*:${signature}\n`);
  await writeFile(
    path.join(folder, 'clamd.conf'),
    [
      'Foreground yes',
      `DatabaseDirectory ${folder}`,
      `TemporaryDirectory ${folder}`,
      `TCPSocket ${port}`,
      'TCPAddr 127.0.0.1',
      'StreamMaxLength 20M',
      '',
    ].join('\n'),
  );
  const clamd = spawn('clamd', ['--config-file', path.join(folder, 'clamd.conf')], {
    stdio: 'ignore',
  });
  const stop = async () => {
    if (clamd.exitCode !== null || clamd.signalCode !== null) return;
    clamd.kill('SIGKILL');
    await once(clamd, 'exit');
  };
  t.teardown(async () => {
    await stop();
    await rm(folder, {recursive: true, force: true});
  });
  await until(() => acceptsConnections(port));
  return {host: `127.0.0.1:${port}`, stop};
};
