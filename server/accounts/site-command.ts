import {recordAudit} from '../audit/store.js';
import type {Queryable} from '../database/sql.js';
import {createSiteCommand} from '../sites/command.js';
import {listMemberIds, removeMember} from './memberships.js';

/** Ends the access of all accounts to a site. Accounts at no other site are removed. */
const endAccessToSite = async (sql: Queryable, siteKey: string): Promise<void> => {
  for (const accountId of await listMemberIds(sql, siteKey)) {
    const before = await removeMember(sql, {accountId, siteKey}, {canRemoveLastOwner: true});
    await recordAudit(sql, {
      ...{event: 'role_changed', site: siteKey},
      metadata: {account: null, changed: accountId, before, role: null},
    });
  }
};

/** The command `maria site`. A removed site has no people, also after it is added again. */
export const siteCommand = createSiteCommand(endAccessToSite);
