import type {TemplateResult} from 'lit/html.js';

import type {Account} from '../../../server/contract/owner.js';
import type {Key} from './keys.js';

export type SiteOfAccount = Account['sites'][number];

/** Parts of the console that views use. */
export interface Context {
  readonly account: Account;
  /** Renders again, together with other changes of this moment. */
  readonly update: () => void;
  /** Opens a place of the console. */
  readonly go: (url: string, options?: {replace?: boolean}) => void;
  /** Shows a short text until something has ended, then for a few seconds. Screen readers read it. */
  readonly notify: (text: string, until?: Promise<unknown>) => void;
  /** Loads the account again, for example after its name was changed. */
  readonly reloadAccount: () => Promise<void>;
  readonly signOut: (everywhere: boolean) => Promise<void>;
  /** UUIDs of the list that was opened last, in its order. */
  neighbours: readonly string[];
}

/** Page of the console. */
export interface View {
  /** Text of the tab, and of the announcement when the page opens. */
  title: () => string;
  render: () => TemplateResult;
  /** Site that the page belongs to. */
  site?: () => string | undefined;
  keys?: readonly Key[];
  /** Called when a lead changed, or with undefined if changes may have been missed. */
  onChanged?: (change: LeadChange | undefined) => void;
  /** Called each time the page is shown again from memory. */
  resume?: () => void;
  stop?: () => void;
}

/** Event of the server about a lead. */
export interface LeadChange {
  uuid: string;
  site: string;
}

/** Returns the site of the account with this key. */
export const siteOf = ({account}: Context, key: string | undefined): SiteOfAccount | undefined =>
  account.sites.find((site) => site.key === key);
