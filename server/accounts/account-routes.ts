import {Type} from 'typebox';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import {Account, AccountSessionParams, AccountSessions, ChangeAccount} from '../contract/owner.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {InvalidName, NotFound} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {getStoredIp} from '../http/client-address.js';
import {createRateLimit} from '../http/rate-limits.js';
import {BODY_CODES, ownerResponses} from '../http/response-schemas.js';
import {cleanName} from '../text/person-name.js';
import {readUuid} from '../text/uuid.js';
import {endSession, listSessions} from './session-store.js';
import {changeAccount, describeAccount} from './store.js';

export interface AccountRouteDeps {
  config: Config;
  sql: Sql;
}

/** Registers the calls with which an account reads and changes itself. */
export const accountRoutes: Plugin<AccountRouteDeps> = async (app, deps) => {
  readAccountRoute(app, deps);
  changeAccountRoute(app, deps);
  listSessionsRoute(app, deps);
  endSessionRoute(app, deps);
};

const readAccountRoute = (app: App, {config, sql}: AccountRouteDeps): void => {
  app.get(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'getAccount',
        summary: 'Returns the account of the caller',
        description: 'Sites that were removed are left out.',
        response: ownerResponses({200: Account}),
      },
    },
    (request) => describeAccount(sql, request.account),
  );
};

const changeAccountRoute = (app: App, {config, sql}: AccountRouteDeps): void => {
  app.patch(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'changeAccount',
        summary: 'Changes the name or the language of the account',
        description: 'Changes only what the body names. Null removes the value.',
        body: ChangeAccount,
        response: ownerResponses({200: Account}, [...BODY_CODES, 'invalid_name']),
      },
    },
    async (request) => {
      const {account, body} = request;
      const {name: given, ...changes} = body;
      const name = given === undefined || given === null ? given : cleanName(given);
      if (typeof given === 'string' && name === undefined) throw new InvalidName();
      return transaction(sql, async (tx) => {
        await changeAccount(tx, account.id, {...changes, ...(name !== undefined && {name})});
        await recordAudit(tx, {
          event: 'account_changed',
          ipAddress: getStoredIp(request, config),
          metadata: {account: account.id, fields: Object.keys(body)},
        });
        return describeAccount(tx, account);
      });
    },
  );
};

const listSessionsRoute = (app: App, {config, sql}: AccountRouteDeps): void => {
  app.get(
    '/sessions',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'listAccountSessions',
        summary: 'Lists the open sessions of the account',
        description: 'The latest 100. A session ends after 7 days without a call.',
        response: ownerResponses({200: AccountSessions}),
      },
    },
    async ({account}) => {
      const sessions = await listSessions(sql, account.id);
      return {
        sessions: sessions.map(({id, browser, createdAt, lastSeenAt}) => ({
          id,
          browser,
          created_at: createdAt.toISOString(),
          last_seen_at: lastSeenAt.toISOString(),
          is_current: id === account.sessionId,
        })),
      };
    },
  );
};

const endSessionRoute = (app: App, {config, sql}: AccountRouteDeps): void => {
  app.delete(
    '/sessions/:id',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'endAccountSession',
        summary: 'Ends one session of the account',
        description: 'The session can be that of this call.',
        params: AccountSessionParams,
        response: ownerResponses({204: Type.Null({description: 'The session has ended.'})}, [
          ...BODY_CODES,
          'not_found',
        ]),
      },
    },
    async (request, reply) => {
      const {account, params} = request;
      const id = readUuid(params.id);
      const {sessionId: ownId} = account;
      const hasEnded = await transaction(sql, async (tx) => {
        if (!id || !(await endSession(tx, {accountId: account.id, id, ownId}))) return false;
        await recordAudit(tx, {
          event: 'signed_out',
          ipAddress: getStoredIp(request, config),
          metadata: {account: account.id, session: id},
        });
        return true;
      });
      if (!hasEnded) throw new NotFound();
      return reply.code(204).send(null);
    },
  );
};
