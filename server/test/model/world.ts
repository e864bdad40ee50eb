import type {Test} from 'tap';

import {Reaper} from '../../cleanup/reaper.js';
import {Sweep} from '../../cleanup/sweep.js';
import type {SweepReport} from '../../cleanup/sweep-report.js';
import {ConfirmationLinks} from '../../mail/links.js';
import {retryWhileBusy} from '../retry-while-busy.js';
import {kill, startProcessBeside} from '../server-process.js';
import type {ServerProcess} from '../server-process.js';
import {startServer} from '../start-server.js';
import type {TestServer} from '../start-server.js';
import {bucketsMissing} from '../test-bucket.js';
import {until} from '../until.js';
import {request} from '../visitor.js';
import type {ApiResponse} from '../visitor.js';
import type {ModelVisit} from './visit.js';

export const SETTINGS = {
  RATE_LIMIT_PER_MINUTE: '100000',
  LEAVE_GRACE_SECONDS: '600',
  COMPLETE_RETENTION_DAYS: '60',
  // Limits and suspicion count IP addresses. Behind a proxy each call can have another one.
  TRUST_PROXY: '127.0.0.1,::1',
};

export interface Call {
  method: string;
  path: string;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
}

/**
 * Two replicas on one database and one store. One runs in this process; the other can be killed.
 */
export class World {
  private calls = 0;
  readonly links: ConfirmationLinks;
  private readonly reaper: Reaper;
  private readonly sweep: Sweep;

  private constructor(
    private readonly t: Test,
    readonly server: TestServer,
    private other: ServerProcess,
  ) {
    const {sql, objects, config, app} = server;
    const parts = {sql, objects, config, log: app.log};
    this.links = new ConfirmationLinks(config.secrets, '');
    this.reaper = new Reaper(parts);
    this.sweep = new Sweep(parts);
  }

  static async open(t: Test): Promise<World> {
    const store = bucketsMissing ? 'disk' : 's3';
    const server = await startServer(t, {store, settings: SETTINGS});
    return new World(t, server, await startProcessBeside(t, server, SETTINGS));
  }

  url(replica: number): string {
    return replica % 2 === 0 ? this.server.url : this.other.url;
  }

  get sql(): TestServer['sql'] {
    return this.server.sql;
  }

  /** Makes a call from an IP address that no other call has. */
  call<T = Record<string, unknown>>(
    replica: number,
    {method, path, json, form, headers}: Call,
  ): Promise<ApiResponse<T>> {
    const n = ++this.calls;
    const ipAddress = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
    // Nothing is unavailable in the model: a replica responds with 503 only on a busy machine.
    return retryWhileBusy(() =>
      request<T>(this.url(replica), method, path, {
        ...(json !== undefined && {json}),
        ...(form && {form}),
        headers: {'x-forwarded-for': ipAddress, ...headers},
      }),
    );
  }

  callAs<T = Record<string, unknown>>(
    replica: number,
    {uuid, token}: Pick<ModelVisit, 'uuid' | 'token'>,
    call: Call,
  ): Promise<ApiResponse<T>> {
    const credentials = {authorization: `Bearer ${token}`, 'x-session-uuid': uuid};
    return this.call(replica, {...call, headers: {...credentials, ...call.headers}});
  }

  /** Kills and restarts the other replica. Then expires its leases, as if a minute had passed. */
  async killOther(): Promise<void> {
    await kill(this.other.child);
    this.other = await startProcessBeside(this.t, this.server, SETTINGS);
    await this.sql`
      update file_uploads set leased_until = now() - interval '1 second' where leased_until > now()`;
    await this.sql`update jobs set leased_until = null, run_at = now()`;
    await this.reap();
    await this.reap();
  }

  async reap(): Promise<void> {
    await this.reaper.run();
  }

  /** Ends expired visits without the other tasks of a whole run. */
  async runUrgentCleanup(): Promise<void> {
    await this.reaper.runUrgent();
  }

  /** Waits until no replica is deleting the remains of a visit. */
  async untilPurged(): Promise<void> {
    await until(async () => {
      await this.reaper.runUrgent();
      return (await this.sql`select from visits where state = 'purging'`).length === 0;
    });
  }

  /** Sweeps without minimum age and quarantine, so that every supposed orphan is deleted. */
  async sweepAll(): Promise<SweepReport | undefined> {
    return this.sweep.run({dryRun: false, force: true, minAgeMs: 0, quarantineMs: 0});
  }

  /** Returns the paths of a session's links, oldest first. */
  async linkPaths(uuid: string): Promise<string[]> {
    const rows = await this.sql<{id: string; keyId: string}[]>`
      select id, key_id as "keyId" from email_verifications
      where session_uuid = ${uuid} order by created_at`;
    return rows.map(({id, keyId}) => this.links.createUrl(id, keyId));
  }

  /** Sets the last link's creation time to now, however long the later operations have taken. */
  async renewLastLink(uuid: string): Promise<void> {
    await this.sql`
      update email_verifications set created_at = now() where id =
        (select id from email_verifications where session_uuid = ${uuid}
         order by created_at desc limit 1)`;
  }

  async countAuditRows(uuid: string, event: string): Promise<number> {
    const [row] = await this.sql<{count: number}[]>`
      select count(*)::int as count from audit_logs
      where user_uuid = ${uuid} and event_type = ${event}`;
    return row?.count ?? 0;
  }

  /** Resets the e-mail counters, because no visitor in the model reaches their limits. */
  async resetMailLimits(): Promise<void> {
    await this.sql`delete from mail_counts`;
  }
}
