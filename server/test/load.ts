import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import {makePdf} from './pdf.js';
import {callSuccessfully} from './retry-while-busy.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

/** Visitor with a separate IP address, because the server limits e-mails per IP address. */
export class LoadVisitor extends Visitor {
  private readonly address = Array.from({length: 4}, () => 1 + Math.floor(Math.random() * 200));

  static async create(url: string): Promise<LoadVisitor> {
    const {uuid, token} = await Visitor.arrive(url);
    const guest = new LoadVisitor(url, uuid, token);
    await callSuccessfully(() => guest.consent({personal_data: true}));
    return guest;
  }

  override get credentials(): Record<string, string> {
    return {...super.credentials, 'x-forwarded-for': this.address.join('.')};
  }
}

type Kind = 'validate' | 'session' | 'consents' | 'upload' | 'contact';

export interface RecordedResponse {
  kind: Kind;
  status: number;
  body: Record<string, unknown>;
  ms: number;
  at: number;
}

/** Light load of mixed requests. It records every response and everything that was acknowledged. */
export class Load {
  readonly responses: RecordedResponse[] = [];
  readonly stored: {visitor: Visitor; id: string; bytes: Buffer}[] = [];
  readonly registered: {visitor: Visitor; email: string}[] = [];
  private readonly workers: Promise<void>[];
  private readonly open = new Set<object>();
  private stopped = false;

  private constructor(
    private readonly url: string,
    private readonly steady: Visitor,
    visitors: Visitor[],
  ) {
    this.workers = [
      this.repeat(() => this.validate()),
      this.repeat(() => this.callAndRecord('session', () => this.steady.session())),
      this.repeat(() =>
        this.callAndRecord('consents', () => this.steady.consent({ai_training: true})),
      ),
      ...visitors.map((visitor) => this.registerRepeatedly(visitor)),
    ];
  }

  static async start({url}: TestServer): Promise<Load> {
    const visitors = await Promise.all(Array.from({length: 4}, () => LoadVisitor.create(url)));
    return new Load(url, visitors[0] as Visitor, visitors.slice(1));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.workers);
  }

  /** Waits until each request that is open now has its response. */
  async untilResponded(): Promise<void> {
    const waiting = [...this.open];
    await until(() => !waiting.some((item) => this.open.has(item)));
  }

  /** Returns whether each kind of request has succeeded since `at`. */
  allSucceededSince(at: number): boolean {
    const good = this.responses.filter((response) => response.at >= at && response.status < 300);
    return new Set(good.map(({kind}) => kind)).size === 5;
  }

  private validate(): Promise<RecordedResponse> {
    return this.callAndRecord('validate', () =>
      request(this.url, 'POST', '/api/session/validate-uuid', {json: {uuid: randomUUID()}}),
    );
  }

  /**
   * Uploads and registers like the widget. Repeats each request until it is acknowledged, an upload
   * under the same key.
   */
  private async registerRepeatedly(first: Visitor): Promise<void> {
    let visitor: Visitor | undefined = first;
    while (!this.stopped) {
      visitor ??= await LoadVisitor.create(this.url).catch(() => undefined);
      if (visitor && (await this.register(visitor))) visitor = undefined;
      await sleep(20);
    }
  }

  private async register(visitor: Visitor): Promise<boolean> {
    const bytes = makePdf(60_000);
    const key = randomUUID();
    let id: unknown;
    while (id === undefined && !this.stopped) {
      const {status, body} = await this.callAndRecord('upload', () => visitor.upload(bytes, {key}));
      if (status < 300) id = (body['file'] as {id: string}).id;
      else await sleep(100);
    }
    if (typeof id !== 'string') return false;
    this.stored.push({visitor, id, bytes});
    const email = `${visitor.uuid}@example.com`;
    while (!this.stopped) {
      const {status} = await this.callAndRecord('contact', () => visitor.contact(email));
      if (status === 202) {
        this.registered.push({visitor, email});
        return true;
      }
      await sleep(100);
    }
    return false;
  }

  private async repeat(work: () => Promise<unknown>): Promise<void> {
    while (!this.stopped) {
      await work();
      await sleep(20);
    }
  }

  private async callAndRecord(
    kind: Kind,
    call: () => Promise<{status: number; body: object}>,
  ): Promise<RecordedResponse> {
    const at = performance.now();
    const request = {kind};
    this.open.add(request);
    const {status, body} = await call().finally(() => this.open.delete(request));
    const ms = performance.now() - at;
    const answered = {kind, status, body: body as Record<string, unknown>, ms, at};
    this.responses.push(answered);
    return answered;
  }
}

export const summarise = (responses: RecordedResponse[]): string => {
  const counts = new Map<string, number>();
  for (const {kind, status} of responses) {
    counts.set(`${kind} ${status}`, (counts.get(`${kind} ${status}`) ?? 0) + 1);
  }
  const slowest = Math.round(Math.max(...responses.map(({ms}) => ms)));
  return `${[...counts].map(([what, count]) => `${what}: ${count}`).join(', ')}; slowest ${slowest} ms`;
};
