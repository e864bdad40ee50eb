import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {readBuild} from './build.js';
import {LOADER} from './names.js';
import {storeBuild} from './store.js';

const DAY_MS = 86_400_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** A slow database must not keep a server from becoming ready. */
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
  private keptOnDay = 0;
  private keeping: Promise<void> | undefined;
  private failures = 0;
  private readonly stopping = new AbortController();

  constructor(private readonly deps: OwnReleaseDeps) {}

  /**
   * Stores the files, once they can be stored. Returns after the first attempt, so that no page gets
   * this server's loader before other servers find the files that the loader names.
   */
  async start(): Promise<void> {
    this.isStarted = true;
    await Promise.race([this.keep(), sleep(START_MS, undefined, {ref: false})]);
  }

  /** A page has asked for a file of this release. Costs nothing after the first time of a day. */
  noteUse(): void {
    if (this.isStarted && this.keptOnDay !== today()) void this.keep();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.keeping;
  }

  private keep(): Promise<void> {
    this.keeping ??= this.keepAtLast().finally(() => {
      this.keeping = undefined;
    });
    return this.keeping;
  }

  private async keepAtLast(): Promise<void> {
    const {signal} = this.stopping;
    while (!signal.aborted) {
      const day = today();
      try {
        await this.store();
        this.keptOnDay = day;
        this.failures = 0;
        return;
      } catch (error) {
        const message = 'the widget’s files could not be stored for other servers; trying again';
        this.deps.log.warn({err: error}, message);
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.failures++, LONGEST_PAUSE_MS);
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
        `another build of this version was stored first: /${build.release}/${LOADER} stays as it was`,
      );
    }
  }
}

const today = (): number => Math.floor(Date.now() / DAY_MS);
