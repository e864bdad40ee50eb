import {createS3Clients} from '../object-store/s3-clients.js';
import type {S3Settings} from '../object-store/s3-clients.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

/** A Date header tells whole seconds, and an answer takes its time. */
export const NEAR_MS = 3_000;
/** S3 refuses what was signed 15 minutes away from its own time. */
const FAR_MS = 5 * 60_000;
export const CLOCK_ADVICE = 'Let NTP set the clocks (timedatectl set-ntp true).';

/** Every age is measured by the database's clock, every signature by this machine's. */
export async function* checkClock(deps: DoctorDeps): AsyncGenerator<Finding> {
  // A link that is signed by a clock further behind than it lasts has expired from the start.
  const linkMs = Math.max(NEAR_MS, Math.min(FAR_MS, deps.config.downloadSeconds * 1000));
  for (const [check, timeOf, farMs] of [
    ['database', databaseTime, FAR_MS],
    ['storage', storageTime, linkMs],
  ] as const) {
    try {
      const began = Date.now();
      const time = await timeOf(deps);
      if (time) yield difference(check, time.getTime() - (began + Date.now()) / 2, farMs);
    } catch (error) {
      const advice = `Mend the ${check} first, then look again.`;
      yield warn(check, `could not be asked for the time: ${toReason(error)}`, advice);
    }
  }
}

const difference = (check: string, ms: number, farMs: number): Finding => {
  const size = Math.abs(ms);
  if (size <= NEAR_MS) return ok(check, 'the clocks agree');
  const found = `its clock is ${(size / 1000).toFixed(0)} s ${ms > 0 ? 'ahead of' : 'behind'} ours`;
  return size < farMs ? warn(check, found, CLOCK_ADVICE) : fail(check, found, CLOCK_ADVICE);
};

const databaseTime = async ({backgroundSql: sql}: DoctorDeps): Promise<Date | undefined> => {
  const [row] = await sql<{now: Date}[]>`select clock_timestamp() as now`;
  return row?.now;
};

/** Any answer has a date, a refusal too. */
const storageTime = async ({config: {s3}}: DoctorDeps): Promise<Date | undefined> => {
  if (!s3) return undefined;
  const address = s3.endpoint ?? (await amazonAddress(s3));
  const signal = AbortSignal.timeout(5_000);
  const {headers} = await fetch(address, {method: 'HEAD', redirect: 'manual', signal});
  const date = headers.get('date');
  return date ? new Date(date) : undefined;
};

const amazonAddress = async (s3: S3Settings): Promise<string> => {
  const clients = createS3Clients(s3);
  const region = await clients.links.config.region();
  clients.destroy();
  return `https://s3.${region}.amazonaws.com`;
};
