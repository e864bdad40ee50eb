import {createS3Clients} from '../object-store/s3-clients.js';
import type {S3Settings} from '../object-store/s3-clients.js';
import {MINUTE_MS} from '../units.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

/** Accepted difference: a Date header has whole seconds, and a response needs some time. */
export const NEAR_MS = 3_000;
/** Difference that fails. S3 refuses signatures that are 15 minutes away from its own time. */
const FAR_MS = 5 * MINUTE_MS;
export const CLOCK_ADVICE = 'Let NTP set the clocks (timedatectl set-ntp true).';

/** Compares the clocks: ages use the database's clock, and signatures use this machine's. */
export async function* checkClock(deps: DoctorDeps): AsyncGenerator<Finding> {
  // If this clock is behind by more than a link's validity, every new link is already expired.
  const linkMs = Math.max(NEAR_MS, Math.min(FAR_MS, deps.config.downloadSeconds * 1000));
  for (const [check, readTime, farMs] of [
    ['database', readDatabaseTime, FAR_MS],
    ['storage', readStorageTime, linkMs],
  ] as const) {
    try {
      const began = Date.now();
      const time = await readTime(deps);
      if (time) yield compare(check, time.getTime() - (began + Date.now()) / 2, farMs);
    } catch (error) {
      const advice = `Fix the ${check} first, then run this command again.`;
      yield warn(check, `cannot be compared: ${toReason(error)}`, advice);
    }
  }
}

const compare = (check: string, ms: number, farMs: number): Finding => {
  const size = Math.abs(ms);
  if (size <= NEAR_MS) return ok(check, 'the clocks agree');
  const found = `its clock is ${(size / 1000).toFixed(0)} s ${ms > 0 ? 'ahead of' : 'behind'} this machine’s`;
  return size < farMs ? warn(check, found, CLOCK_ADVICE) : fail(check, found, CLOCK_ADVICE);
};

const readDatabaseTime = async ({backgroundSql: sql}: DoctorDeps): Promise<Date | undefined> => {
  const [row] = await sql<{now: Date}[]>`select clock_timestamp() as now`;
  return row?.now;
};

/** Returns the time of the Date header, which every response has, even a refusal. */
const readStorageTime = async ({config: {s3}}: DoctorDeps): Promise<Date | undefined> => {
  if (!s3) return undefined;
  const url = s3.endpoint ?? (await getAmazonEndpoint(s3));
  const signal = AbortSignal.timeout(5_000);
  const {headers} = await fetch(url, {method: 'HEAD', redirect: 'manual', signal});
  const date = headers.get('date');
  return date ? new Date(date) : undefined;
};

const getAmazonEndpoint = async (s3: S3Settings): Promise<string> => {
  const clients = createS3Clients(s3);
  const region = await clients.links.config.region();
  clients.destroy();
  return `https://s3.${region}.amazonaws.com`;
};
