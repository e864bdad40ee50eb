import {Type} from 'typebox';
import {Counter, Gauge, Histogram, Registry, collectDefaultMetrics} from 'prom-client';

import {countConnections} from '../database/connect.js';
import type {Sql} from '../database/sql.js';
import {MEBIBYTE} from '../units.js';
import type {Plugin} from './app-type.js';
import type {ConcurrencyScope} from './concurrency-limit.js';
import {responseSchemas} from './response-schemas.js';
import {QueueStatsCache} from './queue-stats.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60];
const UPLOAD_ROUTE = '/api/files/upload';
const SIZES = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5].map((size) => size * MEBIBYTE);

export interface MetricsDeps {
  pools: {requests: Sql; background: Sql};
  queues: Record<string, {readonly queued: number}>;
  restoreGuard: {readonly isPaused: boolean};
  live: {readonly subscriberCount: number; readonly isListening: boolean};
  /** Returns the audit rows that were written over a pool, by event. */
  writtenEvents: (pool: Sql) => ReadonlyMap<string, number>;
}

/**
 * Metrics of this process. Labels are routes, codes, events and outcomes, never UUIDs, IP addresses
 * or e-mail addresses.
 */
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Counter({
    name: 'maria_http_requests_total',
    help: 'Responses by route pattern, method and status; 499 if the client closed the connection before.',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'maria_http_request_seconds',
    help: 'Seconds from the request’s first byte to the response’s last.',
    labelNames: ['route', 'method'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly uploads = new Counter({
    name: 'maria_uploads_total',
    help: 'Uploads by outcome: stored, repeated, or the error’s code.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  private readonly uploadBytes = new Histogram({
    name: 'maria_upload_bytes',
    help: 'Sizes of stored files.',
    buckets: SIZES,
    registers: [this.registry],
  });
  private readonly cleanup = new Counter({
    name: 'maria_cleanup_total',
    help: 'Results of cleanup: deleted objects, failures, abandoned visits, runs.',
    labelNames: ['part', 'what'],
    registers: [this.registry],
  });
  private readonly lastCleanup = new Gauge({
    name: 'maria_cleanup_last_success_seconds',
    help: 'Unix time of the last finished run.',
    labelNames: ['part'],
    registers: [this.registry],
  });
  private readonly errors = new Counter({
    name: 'maria_errors_total',
    help: 'Error responses by code.',
    labelNames: ['code'],
    registers: [this.registry],
  });

  private readonly busy = new Counter({
    name: 'maria_busy_total',
    help: 'Refusals because of a concurrency limit, by operation and limit.',
    labelNames: ['what', 'limit'],
    registers: [this.registry],
  });
  private readonly turns = new Counter({
    name: 'maria_answers_total',
    help: 'Turns by outcome, such as answered, silent or stopped. After failed_ and budget_ comes the reason.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  private readonly webhooks = new Counter({
    name: 'maria_webhooks_total',
    help: 'Attempts to deliver a webhook by outcome: delivered, failed (tried again) or dead (given up).',
    labelNames: ['outcome'],
    registers: [this.registry],
  });

  constructor(deps: MetricsDeps) {
    collectDefaultMetrics({register: this.registry});
    this.registerProcessMetrics(deps);
    this.registerAuditMetrics(deps);
    this.registerQueueMetrics(deps.pools.background);
  }

  countResponse(answer: {route: string; method: string; status: number; seconds: number}): void {
    const {route, method, status, seconds} = answer;
    this.requests.inc({route, method, status});
    this.seconds.observe({route, method}, seconds);
  }

  countUpload({repeated, bytes}: {repeated: boolean; bytes: number}): void {
    this.uploads.inc({outcome: repeated ? 'repeated' : 'stored'});
    if (!repeated) this.uploadBytes.observe(bytes);
  }

  countError(code: string, route: string | undefined): void {
    this.errors.inc({code});
    if (route === UPLOAD_ROUTE) this.uploads.inc({outcome: code});
  }

  countBusy(what: 'uploads' | 'streams' | 'sockets', limit: ConcurrencyScope): void {
    this.busy.inc({what, limit});
  }

  countTurn(outcome: string): void {
    this.turns.inc({outcome});
  }

  countWebhookAttempt(outcome: string): void {
    this.webhooks.inc({outcome});
  }

  /** Counts the numbers of a cleanup report under their own names. */
  countCleanup(part: 'reaper' | 'sweep', report: object): void {
    this.cleanup.inc({part, what: 'runs'});
    for (const [what, value] of Object.entries(report)) {
      if (typeof value === 'number' && !what.endsWith('_ms')) this.cleanup.inc({part, what}, value);
    }
    this.lastCleanup.set({part}, Date.now() / 1000);
  }

  /** Registers the gauge of uploads in progress. */
  trackUploads(limit: {readonly total: number}): void {
    const running = new Gauge({
      name: 'maria_uploads_running',
      help: 'Uploads in progress in this process.',
      registers: [this.registry],
      collect: () => {
        running.set(limit.total);
      },
    });
  }

  /** Counts a run that failed or stopped itself, without a change to `lastCleanup`. */
  countCleanupFailure(part: 'reaper' | 'sweep'): void {
    this.cleanup.inc({part, what: 'failed_runs'});
  }

  /** Registers the metrics that are read from other objects on each request. */
  private registerProcessMetrics({pools, queues, restoreGuard, live}: MetricsDeps): void {
    const registers = [this.registry];
    const streams = new Gauge({
      name: 'maria_streams_running',
      help: 'Subscribers of live events in this process.',
      registers,
      collect: () => {
        streams.set(live.subscriberCount);
      },
    });
    const listening = new Gauge({
      name: 'maria_notices_heard',
      help: '1 if cross-server notifications work, 0 if the server has fallen back to polling.',
      registers,
      collect: () => {
        listening.set(live.isListening ? 1 : 0);
      },
    });
    const paused = new Gauge({
      name: 'maria_cleanup_held',
      help: '1 if cleanup is paused because a database restore was detected.',
      registers,
      collect: () => {
        paused.set(restoreGuard.isPaused ? 1 : 0);
      },
    });
    const connections = new Gauge({
      name: 'maria_database_connections',
      help: 'Connections to the database by pool: open and busy.',
      labelNames: ['pool', 'state'],
      registers,
      collect: () => {
        for (const [pool, sql] of Object.entries(pools)) {
          const {open, busy} = countConnections(sql);
          connections.set({pool, state: 'open'}, open);
          connections.set({pool, state: 'busy'}, busy);
        }
      },
    });
    const waiting = new Gauge({
      name: 'maria_waiting_writes',
      help: 'Writes that wait for the next batch, by queue.',
      labelNames: ['queue'],
      registers,
      collect: () => {
        for (const [queue, {queued}] of Object.entries(queues)) waiting.set({queue}, queued);
      },
    });
  }

  private registerAuditMetrics({pools, writtenEvents}: MetricsDeps): void {
    const events = new Counter({
      name: 'maria_audit_events_total',
      help: 'Audit rows that this process has written, by event.',
      labelNames: ['event'],
      registers: [this.registry],
      collect: () => {
        events.reset();
        for (const pool of Object.values(pools)) {
          for (const [event, count] of writtenEvents(pool)) events.inc({event}, count);
        }
      },
    });
  }

  private registerQueueMetrics(sql: Sql): void {
    const queueStats = new QueueStatsCache(sql);
    const registers = [this.registry];
    const oldest = new Gauge({
      name: 'maria_jobs_oldest_seconds',
      help: 'Age of the oldest waiting job.',
      registers,
    });
    const depth = new Gauge({
      name: 'maria_jobs',
      help: 'Jobs by state, counted up to 10,000.',
      labelNames: ['state'],
      registers,
      collect: async () => {
        const rows = await queueStats.getLatest();
        // Without the database, the number is unknown instead of zero.
        depth.reset();
        oldest.reset();
        if (!rows) return;
        for (const state of ['queued', 'dead']) depth.set({state}, 0);
        for (const {state, count, age} of rows) {
          depth.set({state}, count);
          if (state === 'queued') oldest.set(age);
        }
      },
    });
  }
}

const MetricsText = Type.String({
  contentMediaType: 'text/plain',
  description: 'The text format of Prometheus.',
  examples: ['maria_uploads_total{outcome="stored"} 12\n'],
});

export const metricsRoute: Plugin<{metrics: Metrics}> = async (app, {metrics: {registry}}) => {
  const schema = {
    operationId: 'readMetrics',
    summary: 'Metrics of this process',
    description:
      'For Prometheus. Labels are routes, codes, events and outcomes, without personal data. Do not publish it: block this path in the proxy.',
    tags: ['operation'],
    security: [],
    response: responseSchemas({200: MetricsText}, [], {unlimited: true}),
  };
  app.get('/metrics', {schema}, async (_request, reply) =>
    reply
      // No page needs to read metrics, so CORS does not allow it.
      .removeHeader('access-control-allow-origin')
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics()),
  );
};
