import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import {transaction} from '../database/transaction.js';
import {raiseAlert} from '../alerts/alerts.js';
import {describeFailure} from '../outbound/failure-texts.js';
import {claimWebhookCalls, deleteJobs, getNextJobMs, rescheduleJob} from '../jobs/queue.js';
import type {ClaimedJob} from '../jobs/queue.js';
import {Worker} from '../jobs/worker.js';
import {deliver} from './deliver.js';
import {findWebhook, recordAttempt} from './store.js';
import type {Webhook, WebhookJob} from './store.js';

export interface WebhookSenderDeps {
  sql: Sql;
  config: Config;
  log: FastifyBaseLogger;
  /** Returns the body of a delivery. */
  render: (webhook: Webhook, job: WebhookJob) => Promise<string>;
  onMail: () => void;
  metrics: {countWebhookAttempt: (outcome: 'delivered' | 'failed' | 'dead') => void};
}

const MAX_CONCURRENT = 10;
/** Limits how far one receiver that hangs delays the others. */
const MAX_PER_WEBHOOK = 3;
const POLL_INTERVAL_MS = 5_000;
/** A job is due by the database's clock. */
const CLOCK_MARGIN_MS = 50;

/** Sends queued events to webhooks. All senders of all replicas share the queue. */
export class WebhookSender {
  /** Webhook of each delivery that is being sent, by job id. */
  private readonly busy = new Map<string, string>();
  private readonly sending = new Set<Promise<void>>();
  private readonly worker = new Worker(() => this.poll());

  constructor(private readonly deps: WebhookSenderDeps) {}

  wake(): void {
    this.worker.wake();
  }

  /** Waits for deliveries in progress. Their leases expire if this process is killed first. */
  async stop(): Promise<void> {
    await this.worker.stop();
    await Promise.allSettled(this.sending);
  }

  /** Returns the ms until the next poll. */
  private async poll(): Promise<number> {
    const {sql, log} = this.deps;
    try {
      const room = MAX_CONCURRENT - this.busy.size;
      if (room > 0) {
        const jobs = await claimWebhookCalls<WebhookJob>(sql, {
          limit: room,
          perReceiver: MAX_PER_WEBHOOK,
          running: this.running(),
        });
        for (const job of jobs) this.begin(job);
        if (jobs.length > 0) return 0;
      }
      const nextMs = (await getNextJobMs(sql, 'webhook')) ?? POLL_INTERVAL_MS;
      return Math.min(POLL_INTERVAL_MS, nextMs) + CLOCK_MARGIN_MS;
    } catch (error) {
      if (!isDatabaseDown(error)) log.error({err: error}, 'failed to process the webhook queue');
      return POLL_INTERVAL_MS;
    }
  }

  /** Number of deliveries that are being sent, by webhook. */
  private running(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const webhook of this.busy.values()) counts.set(webhook, (counts.get(webhook) ?? 0) + 1);
    return counts;
  }

  private begin(job: ClaimedJob<WebhookJob>): void {
    this.busy.set(job.id, job.payload.webhook);
    const sending = this.send(job)
      .catch((error: unknown) => {
        // The delivery is sent again when its lease expires, with its id, by which a receiver
        // recognises it.
        this.deps.log.warn({err: error, job: job.id}, 'failed to record a webhook delivery');
      })
      .finally(() => {
        this.busy.delete(job.id);
        this.sending.delete(sending);
        this.wake();
      });
    this.sending.add(sending);
  }

  private async send(job: ClaimedJob<WebhookJob>): Promise<void> {
    const {sql, config, log, metrics} = this.deps;
    const webhook = await findWebhook(sql, job.payload.webhook);
    if (!webhook) {
      await deleteJobs(sql, [job.id]);
      return;
    }
    const body = await this.deps.render(webhook, job.payload);
    const {isDelivered, ...tried} = await deliver(webhook, {id: job.id, body}, {config});
    const {event} = job.payload;
    log.info({delivery: job.id, webhook: webhook.id, event, ...tried}, 'called a webhook');
    if (isDelivered) {
      // In one transaction: without its job, a delivery would stay `queued` in the log for ever.
      await transaction(sql, async (tx) => {
        await deleteJobs(tx, [job.id]);
        await recordAttempt(tx, job.id, {...tried, state: 'delivered'});
      });
      metrics.countWebhookAttempt('delivered');
      return;
    }
    const isDead = await rescheduleJob(sql, job, tried.error ?? '');
    await recordAttempt(sql, job.id, {...tried, state: isDead ? 'dead' : 'queued'});
    metrics.countWebhookAttempt(isDead ? 'dead' : 'failed');
    if (!isDead) return;
    await raiseAlert(sql, {
      cause: `webhook_dead_${webhook.id}`,
      code: 'webhook_dead',
      message: `A receiver of the site "${webhook.siteKey}" accepted no delivery for a day: ${describeFailure(tried.error ?? '', tried.status)}. To send again: maria webhook replay ${webhook.id}`,
    });
    this.deps.onMail();
  }
}
