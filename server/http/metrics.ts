import {Type} from 'typebox';
import {Counter, Gauge, Histogram, Registry, collectDefaultMetrics} from 'prom-client';

import type {Sql} from '../database/connect.js';
import type {App} from './app-type.js';
import {answers} from './answers.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60];
const UPLOAD_ROUTE = '/api/files/upload';
const MEBIBYTE = 1024 * 1024;
const SIZES = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5].map((size) => size * MEBIBYTE);

/** What the process counts. Labels are routes, codes and outcomes: never a UUID or an address. */
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Counter({
    name: 'maria_http_requests_total',
    help: 'Answers by route pattern, method and status.',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'maria_http_request_seconds',
    help: 'From the request’s first byte to the answer’s last.',
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
    help: 'What cleanup did: objects removed, failures, visits abandoned, runs.',
    labelNames: ['part', 'what'],
    registers: [this.registry],
  });
  private readonly lastCleanup = new Gauge({
    name: 'maria_cleanup_last_success_seconds',
    help: 'Unix time of the last run that finished.',
    labelNames: ['part'],
    registers: [this.registry],
  });
  private readonly errors = new Counter({
    name: 'maria_errors_total',
    help: 'Answers that were errors, by code.',
    labelNames: ['code'],
    registers: [this.registry],
  });

  constructor({sql, uploadsRunning}: {sql: Sql; uploadsRunning: () => number}) {
    collectDefaultMetrics({register: this.registry});
    const running = new Gauge({
      name: 'maria_uploads_running',
      help: 'Uploads under way in this process.',
      registers: [this.registry],
      collect: () => {
        running.set(uploadsRunning());
      },
    });
    this.watchQueue(sql);
  }

  answered(answer: {route: string; method: string; status: number; seconds: number}): void {
    const {route, method, status, seconds} = answer;
    this.requests.inc({route, method, status});
    this.seconds.observe({route, method}, seconds);
  }

  uploaded({repeated, bytes}: {repeated: boolean; bytes: number}): void {
    this.uploads.inc({outcome: repeated ? 'repeated' : 'stored'});
    if (!repeated) this.uploadBytes.observe(bytes);
  }

  failed(code: string, route: string | undefined): void {
    this.errors.inc({code});
    if (route === UPLOAD_ROUTE) this.uploads.inc({outcome: code});
  }

  /** The numbers of a cleanup report, under their own names. */
  cleaned(part: 'reaper' | 'sweep', report: object): void {
    this.cleanup.inc({part, what: 'runs'});
    for (const [what, value] of Object.entries(report)) {
      if (typeof value === 'number' && !what.endsWith('_ms')) this.cleanup.inc({part, what}, value);
    }
    this.lastCleanup.set({part}, Date.now() / 1000);
  }

  /** A run that stopped or broke off is none that finished. */
  cleanupFailed(part: 'reaper' | 'sweep'): void {
    this.cleanup.inc({part, what: 'failed_runs'});
  }

  /** One look at the queue for each time the metrics are read. */
  private watchQueue(sql: Sql): void {
    const oldest = new Gauge({
      name: 'maria_jobs_oldest_seconds',
      help: 'Age of the oldest job that waits.',
      registers: [this.registry],
    });
    const depth = new Gauge({
      name: 'maria_jobs',
      help: 'Jobs by state.',
      labelNames: ['state'],
      registers: [this.registry],
      collect: async () => {
        const rows = await sql<{state: string; count: number; age: number}[]>`
          select state, count(*)::int as count,
                 extract(epoch from now() - min(created_at))::float8 as age
          from jobs group by state`.catch(() => undefined);
        // Without the database there is no number, which is not the same as zero.
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

export const metricsRoute = (app: App, {registry}: Metrics): void => {
  const schema = {
    operationId: 'readMetrics',
    summary: 'What this process has counted',
    description: 'For Prometheus. Labels are routes, codes and outcomes, and name nobody.',
    tags: ['operation'],
    security: [],
    response: answers({200: MetricsText}, [], {unlimited: true}),
  };
  app.get('/metrics', {schema}, async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics()),
  );
};
