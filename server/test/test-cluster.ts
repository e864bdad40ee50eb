import {execFile} from 'node:child_process';
import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';

import type {Test} from 'tap';

import {startEmbeddedPostgres} from '../database/embedded/embedded.js';
import type {EmbeddedPostgres} from '../database/embedded/embedded.js';
import {migrate} from '../database/migrate.js';
import {FaultProxy} from './fault-proxy.js';
import {temporaryFolder} from './start-server.js';

const run = promisify(execFile);

/** A PostgreSQL that can be killed and restored, at one fixed URL. */
export class TestCluster {
  private constructor(
    private readonly folder: string,
    private running: EmbeddedPostgres,
    private readonly proxy: FaultProxy,
  ) {}

  static async start(t: Test): Promise<TestCluster> {
    const folder = await temporaryFolder(t);
    const running = await startPostgres(folder);
    await migrate(running.url);
    const cluster = new TestCluster(folder, running, await FaultProxy.start(t, running.url));
    t.teardown(() => cluster.running.stop());
    return cluster;
  }

  get url(): string {
    return this.proxy.replaceHost(this.running.url);
  }

  /** Copies the cluster's files, as a backup of the disk would. */
  async backUp(): Promise<void> {
    await this.whileUnavailable(async () => {
      await this.running.stop();
      await run('cp', ['-a', this.path('database'), this.path('backup')]);
    });
  }

  async restore(): Promise<void> {
    await this.whileUnavailable(async () => {
      await this.running.stop();
      await rm(this.path('database'), {recursive: true});
      await run('cp', ['-a', this.path('backup'), this.path('database')]);
    });
  }

  /** Kills the postmaster. Only committed data remains. */
  async crash(): Promise<void> {
    await this.whileUnavailable(async () => {
      const file = this.path('database/cluster/data/postmaster.pid');
      process.kill(Number((await readFile(file, 'utf8')).split('\n')[0]), 'SIGKILL');
    });
  }

  /** Shuts PostgreSQL down and restarts it after `ms`, as an operator does. */
  async stopFor(ms: number): Promise<void> {
    await this.whileUnavailable(async () => {
      await this.running.stop();
      await sleep(ms);
    });
  }

  private async whileUnavailable(work: () => Promise<void>): Promise<void> {
    await this.proxy.set('refuse');
    await work();
    this.running = await startPostgres(this.folder);
    this.proxy.setTarget(this.running.url);
    await this.proxy.set('pass');
  }

  private path(name: string): string {
    return path.join(this.folder, name);
  }
}

const startPostgres = (folder: string): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({dataDir: path.join(folder, 'database'), log: () => undefined});
