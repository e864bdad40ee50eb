import {randomUUID} from 'node:crypto';

import type postgres from 'postgres';

import {createCookieSecret, hashCookie} from '../accounts/cookie.js';
import {insertSession} from '../accounts/session-store.js';
import type {Role} from '../contract/owner.js';
import type {Sql} from '../database/sql.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {request} from './visitor.js';
import type {Call} from './visitor.js';

export interface NewOwner {
  email?: string;
  name?: string | null;
  /** Roles of the account, by site. */
  roles?: Record<string, Role>;
}

/** A client that calls a server as the console does: with the cookie of a signed-in account. */
export class OwnerClient {
  constructor(
    readonly url: string,
    readonly accountId: string,
    readonly email: string,
    readonly cookie: string,
  ) {}

  /** Creates an account with roles, by default owner at `demo`, and an open session. */
  static async create(
    {url, sql}: {url: string; sql: Sql | postgres.Sql},
    {
      email = `owner-${randomUUID().slice(0, 8)}@example.com`,
      name = null,
      roles = {demo: 'owner'},
    }: NewOwner = {},
  ): Promise<OwnerClient> {
    const id = randomUUID();
    await sql`
      insert into accounts (id, email, name, joined_at) values (${id}, ${email}, ${name}, now())`;
    for (const [site, role] of Object.entries(roles))
      await sql`
        insert into memberships (account_id, site_key, role) values (${id}, ${site}, ${role})`;
    const client = new OwnerClient(url, id, email, '');
    return client.signInAgain(sql);
  }

  /** Opens another session of the same account. */
  async signInAgain(sql: Sql | postgres.Sql): Promise<OwnerClient> {
    const secret = createCookieSecret();
    await insertSession(sql as Sql, {
      accountId: this.accountId,
      secretHash: hashCookie(secret),
      browser: 'Firefox on Linux',
      hasLaterSites: true,
    });
    return new OwnerClient(this.url, this.accountId, this.email, `maria_console=${secret}`);
  }

  /** Returns the same session at another server. */
  at(url: string): OwnerClient {
    return new OwnerClient(url, this.accountId, this.email, this.cookie);
  }

  /** Returns the headers of a call, as a browser sends them from the console. */
  get headers(): Record<string, string> {
    return {cookie: this.cookie, ...CONSOLE_HEADERS};
  }

  /** Sends a call, and repeats it while the server is busy. */
  call<T = Record<string, unknown>>(method: string, path: string, options: Call = {}) {
    return retryWhileBusy(() =>
      request<T>(this.url, method, path, {
        ...options,
        headers: {
          ...this.headers,
          ...(method !== 'GET' && {'content-type': 'application/json'}),
          ...options.headers,
        },
      }),
    );
  }
}

/** Header that browsers send with each call of the console's own pages. */
export const CONSOLE_HEADERS = {'sec-fetch-site': 'same-origin'};
