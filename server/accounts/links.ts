import type {ConsoleSettings} from '../config/console.js';
import type {SecretKeys} from '../config/secrets.js';
import type {Queryable} from '../database/sql.js';
import {LinkTokens} from '../mail/links.js';
import {findLink} from './link-store.js';
import type {SignInLink} from './link-store.js';

/** Part of a link that its URL is made of. */
type UrlOfLink = Pick<SignInLink, 'id' | 'keyId' | 'purpose' | 'place'>;

/**
 * Creates and checks links of accounts. The token is the fragment of the URL, so it reaches no
 * proxy, log or `Referer` header.
 */
export class SignInLinks extends LinkTokens {
  constructor(
    secrets: SecretKeys,
    private readonly console: ConsoleSettings,
  ) {
    super(secrets, 'sign-in');
  }

  createUrl({id, keyId, purpose, place}: UrlOfLink): string {
    const page = purpose === 'not_me' ? 'not-me' : 'sign-in';
    const then = place === null ? '' : `&to=${place}`;
    return `${this.console.url}${page}/#${this.create(id, keyId)}${then}`;
  }

  /** Returns the link of a token; undefined if the token is not valid. */
  async find(sql: Queryable, token: string): Promise<SignInLink | undefined> {
    const {id, mac} = LinkTokens.split(token);
    const link = id === undefined ? undefined : await findLink(sql, id);
    return link && this.isValid(link.id, link.keyId, mac) ? link : undefined;
  }
}
