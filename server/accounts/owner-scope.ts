import type {FastifyRequest, RouteOptions} from 'fastify';

import type {ConsoleSettings} from '../config/console.js';
import type {Sql} from '../database/sql.js';
import {CrossSite, SignInRequired, UnsupportedMediaType} from '../errors.js';
import type {App} from '../http/app-type.js';
import {OWNER_PREFIX} from '../http/console-paths.js';
import {createAccountLimit} from '../http/rate-limits.js';
import type {SharedCounters} from '../http/rate-limits.js';
import {OWNER_SECURITY} from '../http/response-schemas.js';
import type {SignedInAccount} from './account.js';
import {hashCookie, readCookie} from './cookie.js';
import {findEndReason, findSignedInAccount} from './session-store.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Allows calls without an account, because the route is part of signing in. */
    needsNoAccount?: true;
  }
  interface FastifyRequest {
    /** Account of a call under `/api/owner`. */
    account: SignedInAccount;
  }
  interface FastifyInstance {
    isOwnerScope?: true;
  }
}

export interface OwnerScopeDeps {
  sql: Sql;
  console: ConsoleSettings;
  counters: SharedCounters;
  ratePerMinute: number;
  onLimitExceeded: (request: FastifyRequest) => void;
}

/** Throws if a route under `/api/owner` is registered outside the guarded scope. */
export const requireOwnerScope = (app: App): void => {
  app.addHook('onRoute', function requireScope(this: App, {url}: RouteOptions) {
    const isOwnerRoute = url === OWNER_PREFIX || url.startsWith(`${OWNER_PREFIX}/`);
    if (isOwnerRoute && this.isOwnerScope !== true)
      throw new Error(
        `The route ${url} is not guarded. Expected it in the scope of guardOwnerRoutes. Register it there.`,
      );
  });
};

/**
 * Guards all routes of this scope. Before the body is read, each call is checked: its origin, its
 * account, its content type, and the limit of the account. Routes set the limit of the network.
 */
export const guardOwnerRoutes = (scope: App, deps: OwnerScopeDeps): void => {
  const {sql, console, counters, ratePerMinute: perMinute, onLimitExceeded: onExceeded} = deps;
  const limitReads = createAccountLimit('read', {counters, perMinute, onExceeded});
  const limitChanges = createAccountLimit('change', {counters, perMinute, onExceeded});
  scope.decorate('isOwnerScope', true as const);
  scope.decorateRequest('account');
  scope.addHook('onRoute', (route) => {
    const {config, url} = route;
    if (!config?.rateLimit)
      throw new Error(`The route ${url} has no rate limit. Add createRateLimit to its config.`);
    route.schema = {
      ...route.schema,
      tags: ['owner'],
      security: config.needsNoAccount ? [] : OWNER_SECURITY,
    };
  });
  scope.addHook('preParsing', async (request) => {
    requireSameOrigin(request, console);
    if (request.routeOptions.config.needsNoAccount !== true) {
      const cookie = readCookie(request, console);
      if (cookie === undefined) throw new SignInRequired();
      const account = await findSignedInAccount(sql, hashCookie(cookie));
      if (!account) {
        const reason = await findEndReason(sql, hashCookie(cookie));
        throw new SignInRequired(undefined, reason && {reason});
      }
      request.account = account;
      await (isChange(request) ? limitChanges : limitReads)(request, account.id);
    }
    if (isChange(request)) requireJson(request);
  });
};

const isChange = ({method}: FastifyRequest): boolean => !['GET', 'HEAD'].includes(method);

/**
 * Requires a call of the console's own pages. Browsers send `Sec-Fetch-Site` with every request,
 * and pages cannot change it. Older browsers send `Origin` with every change.
 */
const requireSameOrigin = (request: FastifyRequest, {origin}: ConsoleSettings): void => {
  const {'sec-fetch-site': site, origin: given} = request.headers;
  const isAllowed =
    site === undefined ? !isChange(request) || given === origin : site === 'same-origin';
  if (!isAllowed) throw new CrossSite();
};

/** Requires JSON, also without a body: a page of another site cannot send it without a preflight. */
const requireJson = ({headers}: FastifyRequest): void => {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() === 'application/json') return;
  throw new UnsupportedMediaType(
    'Expected Content-Type: application/json, also for a call without a body. Send it.',
  );
};
