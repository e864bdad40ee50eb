import {toActorMetadata} from '../audit/actor.js';
import {recordAudit} from '../audit/store.js';
import type {LeadStatus} from '../contract/owner-leads.js';
import type {Transaction} from '../database/sql.js';
import {notifyAfterCommit} from '../events/notify.js';
import type {LeadKey} from './access.js';

/** Marks leads as done or open. Returns the number of those whose status has changed. */
export const markLeads = async (
  tx: Transaction,
  leads: LeadKey[],
  {status, account}: {status: LeadStatus; account: string},
): Promise<number> => {
  const changed = await tx<{uuid: string}[]>`
    update leads set status = ${status}, done_at = ${status === 'done' ? tx`clock_timestamp()` : null}
    where session_uuid = any(${leads.map(({uuid}) => uuid)}::uuid[]) and status <> ${status}
    returning session_uuid as uuid`;
  const siteKeys = new Map(leads.map(({uuid, siteKey}) => [uuid, siteKey]));
  await recordAudit(
    tx,
    ...changed.map(
      ({uuid}) =>
        ({
          event: 'lead_status_changed',
          uuid,
          site: siteKeys.get(uuid) ?? null,
          metadata: {status, ...toActorMetadata({account})},
        }) as const,
    ),
  );
  for (const {uuid} of changed) notifyAfterCommit(tx, uuid);
  return changed.length;
};
