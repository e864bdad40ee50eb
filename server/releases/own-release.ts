import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyBaseLogger} from 'fastify';

import {withTimeout} from '../async/timeout.js';
import type {Sql} from '../database/sql.js';
import {DAY_MS} from '../units.js';
import {readBuild} from './build.js';
import {LOADER} from './names.js';
import {storeBuild} from './store.js';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 300_000;
/** Longest wait at the start: a slow database must not delay the server's readiness for longer. */
const START_MS = 2_000;

export interface OwnReleaseDeps {
  sql: Sql;
  log: FastifyBaseLogger;
  /** Folder of the built widget. */
  folder: string;
}

/**
 * Keeps the files of this server's release in the database, where servers of other releases find
 * them, and notes each day that the release is in use.
 */
export class OwnRelease {
  /** True if an earlier build of this version was stored first: its loader stays. */
  isLoaderReplaced = false;
  private isStarted = false;
  private storedOnDay = 0;
  private storing: Promise<void> | undefined;
  private failures = 0;
  private readonly stopping = new AbortController();

  constructor(private readonly deps: OwnReleaseDeps) {}

  /**
   * Stores the files, once they can be stored. Returns after the first attempt, so that no page
   * gets this server's loader before other servers find the files that the loader names.
   */
  async start(): Promise<void> {
    this.isStarted = true;
    await withTimeout(this.ensureStored(), START_MS, () => undefined);
  }

  /** Records that a page requested a file of this release. Only the first call of a day queries. */
  noteUse(): void {
    if (this.isStarted && this.storedOnDay !== getDayNumber()) void this.ensureStored();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.storing;
  }

  private ensureStored(): Promise<void> {
    this.storing ??= this.storeWithRetry().finally(() => {
      this.storing = undefined;
    });
    return this.storing;
  }

  private async storeWithRetry(): Promise<void> {
    const {signal} = this.stopping;
    while (!signal.aborted) {
      const day = getDayNumber();
      try {
        await this.store();
        this.storedOnDay = day;
        this.failures = 0;
        return;
      } catch (error) {
        const message = 'failed to store the widget’s files for other servers; trying again';
        this.deps.log.warn({err: error}, message);
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.failures++, MAX_PAUSE_MS);
        await sleep(pauseMs, undefined, {signal, ref: false}).catch(() => undefined);
      }
    }
  }

  private async store(): Promise<void> {
    const {sql, log, folder} = this.deps;
    const build = await readBuild(folder);
    if (!build) return;
    const replaced = await storeBuild(sql, build);
    this.isLoaderReplaced = replaced.includes(LOADER);
    if (this.isLoaderReplaced) {
      log.info(
        {release: build.release},
        `another build of this version was stored first: /${build.release}/${LOADER} is unchanged`,
      );
    }
  }
}

const getDayNumber = (): number => Math.floor(Date.now() / DAY_MS);
