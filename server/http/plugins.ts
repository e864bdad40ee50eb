import rateLimiting from '@fastify/rate-limit';
import type {FastifyBaseLogger, FastifyRequest} from 'fastify';

import type {Config} from '../config/config.js';
import type {MariaError} from '../errors.js';
import {logRequests} from './access-log.js';
import type {App} from './app-type.js';
import {registerAssets} from './assets.js';
import {clientRateLimitKey} from './client-address.js';
import type {BodyDrain} from './drain.js';
import {registerErrorHandler} from './error-handler.js';
import {limitHeaders} from './header-limit.js';
import {registerHeaders} from './headers.js';
import {parseJsonBodies} from './json-bodies.js';
import {registerLifecycle} from './lifecycle.js';
import type {Readiness} from './lifecycle.js';
import type {Metrics} from './metrics.js';
import {registerOpenApi} from './openapi.js';
import {registerPages} from './pages.js';
import {refuseUnderPressure} from './pressure.js';
import {registerConsole} from './console.js';
import {LocalCounters, RATE_MULTIPLES, createRateLimitOptions} from './rate-limits.js';
import type {SharedCounters} from './rate-limits.js';
import {registerRequestTimeout} from './request-timeout.js';
import {limitUnreadResponses} from './unread-responses.js';
import type {ResponseLimits} from './unread-responses.js';

export interface HttpDeps {
  config: Config;
  log: FastifyBaseLogger;
  version: string;
  readiness: Readiness;
  drain: BodyDrain;
  metrics: Metrics;
  counters: SharedCounters;
  responses: ResponseLimits | undefined;
  consoleFolder: string | undefined;
  onLimitExceeded: (request: FastifyRequest) => void;
  onError: (error: MariaError, request: FastifyRequest) => void;
  onAssetServed: () => void;
}

/** Registers what holds for every request. Hooks run in the order of their registration. */
export const registerHttp = async (app: App, deps: HttpDeps): Promise<void> => {
  const {config, metrics, onError} = deps;
  await registerHeaders(app, config);
  await app.register(
    rateLimiting,
    createRateLimitOptions({
      shared: deps.counters,
      local: new LocalCounters(),
      perMinute: config.ratePerMinute,
      onExceeded: deps.onLimitExceeded,
    }),
  );
  const limitUnknown = app.rateLimit({
    max: config.ratePerMinute * RATE_MULTIPLES.unknown,
    keyGenerator: (request) => `unknown ${clientRateLimitKey(request)}`,
  });
  registerErrorHandler(app, {limitUnknown, onError});
  // Before every hook that can refuse a request, so that a page can show the error.
  await registerPages(app, config);
  limitHeaders(app);
  await refuseUnderPressure(app);
  registerLifecycle(app, deps);
  registerRequestTimeout(app);
  limitUnreadResponses(app, deps.responses);
  logRequests(app, {log: deps.log, metrics});
  parseJsonBodies(app);
  await registerOpenApi(app, {...config, version: deps.version});
  await registerAssets(app, {development: !config.production, onServed: deps.onAssetServed});
  const {console} = config;
  if (console) await registerConsole(app, {console, folder: deps.consoleFolder});
};
