const count = (name: string, value: number): number => Number(process.env[name] ?? value);

/** Amounts to measure. Smaller figures are for trying a bench. */
export const ROUNDS = count('BENCH_ROUNDS', 5);
/** Seconds of load in each round. */
export const SECONDS = count('BENCH_SECONDS', 5);
export const SESSIONS = count('BENCH_SESSIONS', 10_000_000);
export const FEW_SESSIONS = count('BENCH_FEW_SESSIONS', 10_000);
export const LOOK_UPS = count('BENCH_LOOK_UPS', 10_000);
export const AUDIT_ROWS = count('BENCH_AUDIT_ROWS', 20_000);
/** Number of concurrent, slow uploads. */
export const UPLOADS = count('BENCH_UPLOADS', 100);
/** Number of sequential, small uploads. */
export const SMALL_UPLOADS = count('BENCH_SMALL_UPLOADS', 10_000);
/** Messages of a round; a session accepts 500. */
export const EVENTS = count('BENCH_EVENTS', 400);
export const SUBSCRIBERS = count('BENCH_READERS', 20);
/** Number of concurrent, waiting streams. */
export const STREAMS = count('BENCH_STREAMS', 2_000);
export const CRASH_KILLS = count('CRASH_KILLS', 25);
export const WITH_INSTALL = process.env['BENCH_INSTALL'] !== '0';
/** Leads of one site, and calls of each kind. */
export const LEADS = count('BENCH_LEADS', 100_000);
export const LEAD_CALLS = count('BENCH_LEAD_CALLS', 100);
