import type {ConsoleSettings} from '../config/console.js';
import type {SecretKeys} from '../config/secrets.js';
import type {Queryable} from '../database/sql.js';
import {LinkTokens} from '../mail/links.js';
import {findLink} from './link-store.js';
import type {SignInLink} from './link-store.js';

/** Part of a link that its URL is made of. */
type UrlOfLink = Pick<SignInLink, 'id' | 'keyId' | 'purpose' | 'place'>;

/** Link of a token that was given. */
export interface GivenLink extends SignInLink {
  /** Whether the person who invites can have the token, so that it does not prove who uses it. */
  isCopy: boolean;
}

/**
 * Creates and checks links of accounts. The token is the fragment of the URL, so it reaches no
 * proxy, log or `Referer` header.
 */
export class SignInLinks extends LinkTokens {
  /**
   * Tokens in the e-mails of invitations, which prove who uses them. The person who invites copies a
   * token of the other kind, as servers of the release before show it.
   */
  private readonly mailed: LinkTokens;

  constructor(
    secrets: SecretKeys,
    private readonly console: ConsoleSettings,
  ) {
    super(secrets, 'sign-in');
    this.mailed = new LinkTokens(secrets, 'mailed-invitation');
  }

  createUrl({id, keyId, purpose, place}: UrlOfLink): string {
    const page = purpose === 'not_me' ? 'not-me' : 'sign-in';
    const then = place === null ? '' : `&to=${place}`;
    const tokens = purpose === 'invitation' ? this.mailed : this;
    return `${this.console.url}${page}/#${tokens.create(id, keyId)}${then}`;
  }

  /** Returns the URL of an invitation for the person who invites. */
  createCopyUrl({id, keyId}: Pick<SignInLink, 'id' | 'keyId'>): string {
    return `${this.console.url}sign-in/#${this.create(id, keyId)}`;
  }

  /** Returns the link of a token; undefined if the token is not valid. */
  async find(sql: Queryable, token: string): Promise<GivenLink | undefined> {
    const {id, mac} = LinkTokens.split(token);
    const link = id === undefined ? undefined : await findLink(sql, id);
    if (!link) return undefined;
    const isInvitation = link.purpose === 'invitation';
    const isMailed = isInvitation && this.mailed.isValid(link.id, link.keyId, mac);
    if (!isMailed && !this.isValid(link.id, link.keyId, mac)) return undefined;
    // The invitation of an account that had signed in before is never shown to be copied.
    const isCopy = isInvitation && !isMailed && !link.hadJoined;
    // A copy is only for the first sign-in of an account.
    return {...link, isCopy, isOpen: link.isOpen && !(isCopy && link.hasJoined)};
  }
}
