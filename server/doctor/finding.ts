import type {CommandDeps} from '../command/command.js';

export type Level = 'ok' | 'warn' | 'fail';

/** One line of the doctor: what was looked at, what was found, what to do about it. */
export interface Finding {
  check: string;
  level: Level;
  found: string;
  advice?: string | undefined;
}

/** What a check may look at. */
export type DoctorDeps = Pick<
  CommandDeps,
  'config' | 'databaseUrl' | 'backgroundSql' | 'objects'
> & {version: string; mailTo: string | undefined};

/** All findings about one part, told as they come. */
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

/** What went wrong, in a few words: the code by which one can look it up, and the message. */
export const toReason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const {code, cause, name} = error as {code?: unknown; cause?: unknown; name: string};
  // `fetch failed` and StoreUnavailable say little; what is behind them does.
  if (cause instanceof Error && code === undefined) return toReason(cause);
  const label = typeof code === 'string' ? code : name === 'Error' ? undefined : name;
  const message = error.message.replace(/\s+/g, ' ').slice(0, 200);
  return label && !message.includes(label) ? `${label}: ${message}` : message;
};
