import type {CommandDeps} from '../command/command.js';

export type Level = 'ok' | 'warn' | 'fail';

/** Result of one check: its name, its level, what it found, and advice. */
export interface Finding {
  check: string;
  level: Level;
  found: string;
  advice?: string | undefined;
}

/** Dependencies of the checks. */
export type DoctorDeps = Pick<
  CommandDeps,
  'config' | 'databaseUrl' | 'backgroundSql' | 'objects'
> & {version: string; mailTo: string | undefined};

/** Function that checks one part and yields its findings one by one. */
export type Check = (deps: DoctorDeps) => AsyncIterable<Finding>;

export const ok = (check: string, found: string, advice?: string): Finding => ({
  check,
  level: 'ok',
  found,
  advice,
});

export const warn = (check: string, found: string, advice: string): Finding => ({
  check,
  level: 'warn',
  found,
  advice,
});

export const fail = (check: string, found: string, advice: string): Finding => ({
  check,
  level: 'fail',
  found,
  advice,
});

/** Returns an error's code and the beginning of its message. */
export const toReason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const {code, cause, name} = error as {code?: unknown; cause?: unknown; name: string};
  // `fetch failed` and StoreUnavailable have no details; their cause has.
  if (cause instanceof Error && code === undefined) return toReason(cause);
  const label = typeof code === 'string' ? code : name === 'Error' ? undefined : name;
  const message = error.message.replace(/\s+/g, ' ').slice(0, 200);
  return label && !message.includes(label) ? `${label}: ${message}` : message;
};
