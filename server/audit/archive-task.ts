import type {Sql} from '../database/connect.js';

const LEASE = '5 minutes';
/** A folder that is full or away is tried again this much later. */
const PAUSE = '10 minutes';
const TASK = 'audit_archive';

/** Takes the archiving for this process. Answers false while another has it or it has a pause. */
export const claimArchiving = async (sql: Sql): Promise<boolean> => {
  await sql`insert into tasks (name) values (${TASK}) on conflict (name) do nothing`;
  const rows = await sql`
    update tasks set leased_until = now() + ${LEASE}::interval
    where name = ${TASK} and next_run_at <= now()
      and (leased_until is null or leased_until < now())
    returning name`;
  return rows.length > 0;
};

/** Answers false when the lease has run out and may be another's. */
export const keepArchiving = async (sql: Sql): Promise<boolean> => {
  const rows = await sql`
    update tasks set leased_until = now() + ${LEASE}::interval
    where name = ${TASK} and leased_until > now() returning name`;
  return rows.length > 0;
};

export const finishArchiving = async (sql: Sql): Promise<void> => {
  await sql`
    update tasks set leased_until = null, next_run_at = now() + ${PAUSE}::interval
    where name = ${TASK}`;
};
