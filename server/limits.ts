import type {Config} from './config/config.js';
import {MAX_STREAMS_PER_ACCOUNT} from './contract/owner-events.js';
import {ConcurrencyLimit} from './http/concurrency-limit.js';
import type {ConcurrencyScope} from './http/concurrency-limit.js';
import type {Metrics} from './http/metrics.js';
import {ARRIVAL_LIMITS} from './live/websocket-route.js';

/** Returns the limits of concurrent uploads, streams and WebSockets without credentials. */
export const createLimits = ({uploads, streams}: Config, metrics: Metrics) => {
  const count = (what: 'uploads' | 'streams' | 'sockets') => (limit: ConcurrencyScope) => {
    metrics.countBusy(what, limit);
  };
  const limits = {
    uploads: new ConcurrencyLimit(
      uploads,
      'Too many concurrent uploads. Nothing was stored; try again shortly.',
      count('uploads'),
    ),
    streams: new ConcurrencyLimit(
      streams,
      'Too many concurrent streams. Use long polling, or try again shortly.',
      count('streams'),
    ),
    ownerStreams: new ConcurrencyLimit(
      {...streams, perSession: MAX_STREAMS_PER_ACCOUNT},
      'Too many concurrent streams of the console. Close a tab, or try again shortly.',
      count('streams'),
    ),
    arrivals: new ConcurrencyLimit(
      ARRIVAL_LIMITS,
      'Too many WebSockets are waiting for their first message. Try again shortly.',
      count('sockets'),
    ),
  };
  metrics.trackUploads(limits.uploads);
  return limits;
};
