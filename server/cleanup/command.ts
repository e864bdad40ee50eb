import {parseArgs} from 'node:util';

import {maintainAudit} from '../audit/maintenance.js';
import {redactValue} from '../config/setting-values.js';
import {MUST_BE_BUCKET, isBucketName} from '../config/remote-services.js';
import {CommandFailed, createUsageError} from '../command/command.js';
import type {CommandDeps} from '../command/command.js';
import {isDatabaseDown} from '../database/errors.js';
import {RestoreGuard, RESTORED_DATABASE} from '../database/restore-guard.js';
import {S3Objects} from '../object-store/s3.js';
import {DAY_MS, MINUTE_MS} from '../units.js';
import {createGarbageCollector} from './garbage-collector.js';
import {Reaper} from './reaper.js';
import {Sweep, SweepStopped} from './sweep.js';

const SWEEP_WORDS = `seen: objects in the bucket
known: objects of a file in the database
young: too recent to judge, because an upload may be in progress (--age)
unknown: without a file in the database, and old enough to judge
sighted: unknown for the first time; their quarantine begins
foreign: keys that do not have the form uploads/{uuid}/{file_id}.pdf; never deleted
missing: files in the database without an object; never deleted
removed: deleted, because they were unknown during the whole quarantine
kept: seen and not deleted
bytes: size of the deleted objects
failures: objects that the storage did not delete
aborted uploads: unfinished multipart uploads that were ended
dry run: true if nothing was deleted`;

const RUN_WORDS = `abandoned: unfinished visits that are over
archived, would archive: sessions whose e-mail address was not confirmed in time
purged, would purge: archived or expired sessions that are deleted with their files
lapsed uploads: uploads that a stopped server left unfinished
tombstones: deleted visits of which only the UUID stays
seen: files that are due for deletion
removed, would remove: files that are deleted
kept: files that are due but were not deleted; the next run tries again
failures: attempts to delete a file that the storage refused
bytes: size of the deleted files
dry run: true if nothing was deleted`;

const USAGE = `maria cleanup [--dry-run] [--age MINUTES] [--json]
  Delete what is due, as the server does regularly: abandoned visits, sessions that were not confirmed
  in time, links that have expired, and old months of the audit log.
maria cleanup --sweep [--delete] [--age MINUTES] [--quarantine DAYS] [--bucket NAME] [--json]
  Compare all objects in the bucket with the database. Delete nothing without --delete.
maria cleanup --resume
  Resume cleanup on all servers, after you have checked a restored or copied database.
  --dry-run      Print what would be deleted, and delete nothing
  --age          Ignore visits that were active, or objects that were stored, less than this ago (minutes;
                 default: the settings of the server)
  --delete       Delete unknown objects whose quarantine is over
  --quarantine   Keep unknown objects for this time before they are deleted (days)
  --bucket       Compare another bucket than S3_BUCKET, with a separate quarantine
  --json         Print one JSON object instead of lines
  Exit codes: 0 success, 1 failure, 2 wrong usage.
  Example: maria cleanup --sweep --quarantine 14 --delete
  Output of a run:
    ${RUN_WORDS.replaceAll('\n', '\n    ')}
  Output of a sweep:
    ${SWEEP_WORDS.replaceAll('\n', '\n    ')}`;

const OPTIONS = {
  'dry-run': {type: 'boolean', default: false},
  age: {type: 'string'},
  sweep: {type: 'boolean', default: false},
  delete: {type: 'boolean', default: false},
  quarantine: {type: 'string'},
  bucket: {type: 'string'},
  json: {type: 'boolean', default: false},
  resume: {type: 'boolean', default: false},
} as const;

export const cleanupCommand = {
  usage: USAGE,
  run: async (deps: CommandDeps, args: string[]): Promise<void> => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    requireSweep(values);
    const progress: Progress = {hasDeleted: false};
    try {
      if (values.resume) {
        await resume(deps);
        return;
      }
      await requireNotPaused(deps, values);
      if (values.sweep) await sweep(deps, values, progress);
      else await reap(deps, values, progress);
    } catch (error) {
      if (!isDatabaseDown(error) && !(error instanceof SweepStopped)) throw error;
      void deps.print(isDatabaseDown(error) ? describeOutage(progress) : (error as Error).message);
      process.exitCode = 1;
    }
  },
};

interface Progress {
  /** Whether the command can have deleted something. */
  hasDeleted: boolean;
}

const describeOutage = ({hasDeleted}: Progress): string =>
  hasDeleted
    ? 'The database stopped responding, so the cleanup is incomplete. Earlier deletions are permanent. Check the database, then run the command again: it deletes the rest.'
    : 'The database does not respond. Nothing was deleted. Check DATABASE_URL, then try again.';

interface Values {
  'dry-run': boolean;
  age?: string | undefined;
  sweep: boolean;
  delete: boolean;
  quarantine?: string | undefined;
  bucket?: string | undefined;
  json: boolean;
  resume: boolean;
}

const resume = async ({config, backgroundSql: sql, log, print}: CommandDeps): Promise<void> => {
  await new RestoreGuard({sql, dataDir: config.dataDir, log}).resume();
  await print('Cleanup resumed on all servers.');
};

/** Throws if cleanup is paused, except for a dry run, which changes nothing. */
const requireNotPaused = async (deps: CommandDeps, values: Values): Promise<void> => {
  if (values['dry-run'] || (values.sweep && !values.delete)) return;
  const {config, backgroundSql: sql, log} = deps;
  const isPaused = await new RestoreGuard({sql, dataDir: config.dataDir, log}).check();
  if (isPaused) throw new CommandFailed(RESTORED_DATABASE);
};

const reap = async (deps: CommandDeps, values: Values, progress: Progress): Promise<void> => {
  const {config, backgroundSql: sql, objects, log} = deps;
  const idleMs =
    values.age === undefined ? config.visit.idleMs : parseNumber(values.age, 'age') * MINUTE_MS;
  const reaper = new Reaper({
    sql,
    objects,
    log,
    config: {...config, visit: {...config.visit, idleMs}},
    onBegin: () => {
      progress.hasDeleted = true;
    },
  });
  if (!values['dry-run']) {
    const report = await reaper.run();
    await maintainAudit({sql, config, log}, {drops: true});
    show(deps, {...report}, values);
    return;
  }
  const {visits, archived, purged, objects: objectsToDelete} = await reaper.plan();
  if (!values.json) {
    for (const {key, size} of objectsToDelete)
      void deps.print(`would delete ${key} (${size} bytes)`);
  }
  const bytes = objectsToDelete.reduce((sum, {size}) => sum + size, 0);
  const keys = values.json ? {keys: objectsToDelete.map(({key}) => key)} : {};
  show(
    deps,
    {
      dry_run: true,
      abandoned: visits.length,
      would_archive: archived,
      would_purge: purged,
      removed: 0,
      would_remove: objectsToDelete.length,
      bytes,
      ...keys,
    },
    values,
  );
};

const sweep = async (deps: CommandDeps, values: Values, progress: Progress): Promise<void> => {
  const {config, backgroundSql: sql, log} = deps;
  const dryRun = values['dry-run'] || !values.delete;
  const other = openOtherBucket(deps, values.bucket);
  try {
    const report = await new Sweep({
      ...{sql, log, config, objects: deps.objects},
      ...other,
    }).run({
      dryRun,
      force: true,
      collectGarbage: createGarbageCollector(),
      ...(values.quarantine !== undefined && {
        quarantineMs: parseNumber(values.quarantine, 'quarantine') * DAY_MS,
      }),
      ...(values.age !== undefined && {minAgeMs: parseNumber(values.age, 'age') * MINUTE_MS}),
      onDeletion: () => {
        progress.hasDeleted = true;
      },
      onUnknown: (key) => {
        if (!values.json) void deps.print(`unknown ${key}`);
      },
    });
    if (report) {
      show(deps, {...report}, values);
      if (!values.json) void deps.print(`\n${SWEEP_WORDS}`);
    } else if (values.json) show(deps, {swept: false}, values);
    else void deps.print('Another process is sweeping the bucket. Try again later.');
  } finally {
    await other?.objects.close();
  }
};

/**
 * Throws for options that exclude each other or need `--sweep`. Without `--sweep`, cleanup follows
 * rows, which only refer to the server's own bucket.
 */
const requireSweep = (values: Values): void => {
  const conflict = (['sweep', 'dry-run', 'age'] as const).find((name) => values[name]);
  if (values.resume && conflict)
    throw createUsageError(
      `--resume cannot be combined with --${conflict}. Pass only one of them.`,
    );
  const extra = (['delete', 'quarantine', 'bucket'] as const).find((name) => values[name]);
  if (extra && !values.sweep) throw createUsageError(`--${extra} needs --sweep. Add --sweep.`);
};

const openOtherBucket = ({config}: CommandDeps, bucket: string | undefined) => {
  if (bucket === undefined || bucket === config.s3?.bucket) return undefined;
  if (!isBucketName(bucket))
    throw createUsageError(`--bucket ${MUST_BE_BUCKET}, but is "${redactValue(bucket)}".`);
  if (config.s3) return {objects: new S3Objects({...config.s3, bucket}), otherBucket: bucket};
  throw createUsageError(
    '--bucket needs the S3 settings of that bucket. Set S3_BUCKET and its credentials.',
  );
};

const parseNumber = (given: string, name: string): number => {
  const value = Number(given);
  if (given.trim() !== '' && value >= 0) return value;
  throw createUsageError(`--${name} is "${given}". Expected a number of 0 or more. Correct it.`);
};

const show = ({print}: CommandDeps, report: Record<string, unknown>, {json}: Values): void => {
  if (json) {
    void print(JSON.stringify(report));
    return;
  }
  for (const [name, value] of Object.entries(report))
    void print(`${name.replaceAll('_', ' ')}: ${String(value)}`);
};
