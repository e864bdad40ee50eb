import type {AuditMetadata} from './store.js';

/** Party that acted; `retention` means that a retention time was over. */
export type Actor = 'visitor' | 'operator' | 'retention' | {account: string};

/** Returns the party as audit rows contain it. An account is stored by its id. */
export const toActorMetadata = (actor: Actor): AuditMetadata =>
  typeof actor === 'string' ? {by: actor} : {by: 'account', account: actor.account};
