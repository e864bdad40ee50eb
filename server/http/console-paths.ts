import type {FastifyReply, FastifyRequest} from 'fastify';

import type {ConsoleSettings} from '../config/console.js';
import {NotFound} from '../errors.js';
import {decodePercent} from '../text/percent-encoding.js';
import type {App} from './app-type.js';

/** Path of the calls of accounts. */
export const OWNER_PREFIX = '/api/owner';
/** Paths of the console: its pages, and the calls of accounts. */
const CONSOLE = /^\/(console|api\/owner)(?=[/?]|$)/;

/**
 * Returns whether a request is for the console. The pattern of its route is tested. Without a route,
 * and for preflights, whose route matches every URL, the decoded path is tested.
 */
export const isConsoleRequest = ({routeOptions, url}: FastifyRequest): boolean => {
  const pattern = routeOptions.url;
  if (pattern !== undefined && pattern !== '*') return CONSOLE.test(pattern);
  const path = url.replace(/[?#].*/s, '');
  return CONSOLE.test(decodePercent(path) ?? path);
};

/**
 * Refuses requests for the console at other hosts, and all its preflights: it has no CORS. The host
 * is that of `Host`, because clients can send any `X-Forwarded-Host` through a proxy.
 */
export const refuseOtherHosts = (app: App, console: ConsoleSettings | undefined): void => {
  app.addHook('onRequest', async (request) => {
    if (!isConsoleRequest(request)) return;
    const host = request.headers.host?.toLowerCase();
    const isOtherHost = console?.host !== undefined && host !== console.host;
    if (isOtherHost || request.method === 'OPTIONS') throw new NotFound();
  });
};

const CORS_HEADERS = ['access-control-allow-origin', 'access-control-expose-headers'];

/** Removes the CORS headers of a response, and forbids pages of other origins to load it. */
export const denyOtherOrigins = (reply: FastifyReply): void => {
  for (const name of CORS_HEADERS) void reply.removeHeader(name);
  void reply.header('cross-origin-resource-policy', 'same-origin');
};
