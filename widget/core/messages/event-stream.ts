import type {EventPage, LiveEvent} from '../../../server/contract/events.js';

import {STREAM_SILENCE_MS} from '../session/session.js';
import {anySignal} from '../transport/any-signal.js';
import {ClientError, offline} from '../transport/api-client.js';
import type {FetchOptions} from '../transport/api-client.js';
import {backoffMs, delay, retryAfterOf} from '../transport/retry.js';
import {parseEvents} from './sse-parser.js';

/** The server begins a stream with a line at once. A proxy that buffers streams shows by then. */
const FIRST_BYTE_MS = 8_000;
/** The server ends an empty long poll after 25 s. */
const POLL_MS = 40_000;
/** After this many streams in a row without data, long polling is used for a while. */
const STREAM_ATTEMPTS = 2;
const POLLING_MS = 300_000;

export interface EventStreamDeps {
  fetch(path: string, options: FetchOptions): Promise<Response>;
  /** Number of the last event that is known. */
  cursor(): number;
  receive(events: LiveEvent[]): void;
  /** The session has ended, or every call will get the same error. */
  onEnd(error: unknown): void;
  /** True while the visitor can see the panel. Otherwise no timer runs. */
  isAttended(): boolean;
}

/** Receives the events of the session: streamed, or by long polling if a proxy buffers streams. */
export class EventStream {
  private waiting = new AbortController();
  private failures = 0;
  private silentStreams = 0;
  private pollingUntil = 0;
  /** Restarts the timer that ends a silent stream. */
  private watch: () => void = () => undefined;

  constructor(private readonly deps: EventStreamDeps) {}

  /**
   * Receives until the signal aborts. If the connection breaks while the visitor cannot see the
   * panel, it returns a function to wait with before the next run, so that another tab may go on.
   */
  async run(signal: AbortSignal) {
    while (!signal.aborted) {
      if (this.silentStreams >= STREAM_ATTEMPTS) this.pollOnly();
      const isStreaming = Date.now() >= this.pollingUntil;
      let waitMs = backoffMs(1);
      try {
        await (isStreaming ? this.stream(signal) : this.poll(signal));
        if (!isStreaming) continue;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ClientError && !error.isTransient) return this.deps.onEnd(error);
        waitMs = jitteredMs(++this.failures, error);
      }
      if (!this.deps.isAttended()) return () => this.waitFor(0, signal);
      await this.waitFor(waitMs, signal);
    }
  }

  /** Tries again at once, and ends a silent stream, after the connection or the visitor is back. */
  retryNow() {
    this.waiting.abort();
    this.watch();
  }

  private async stream(signal: AbortSignal) {
    const silence = new AbortController();
    let hasBegun = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.watch = () => {
      clearTimeout(timer);
      const limitMs = hasBegun ? STREAM_SILENCE_MS : FIRST_BYTE_MS;
      if (this.deps.isAttended()) timer = setTimeout(() => silence.abort(), limitMs);
    };
    this.watch();
    try {
      const response = await this.fetchEvents({signal: anySignal(signal, silence.signal)});
      if (!isStream(response)) {
        this.silentStreams++;
        throw offline(response.headers.get('Content-Type'));
      }
      await parseEvents(response.body!, (event) => {
        hasBegun = true;
        this.watch();
        this.failures = this.silentStreams = 0;
        this.deps.receive(event ? [event] : []);
      });
    } finally {
      if (!hasBegun && silence.signal.aborted) this.silentStreams++;
      clearTimeout(timer);
      silence.abort();
    }
  }

  private async poll(signal: AbortSignal) {
    const timed = anySignal(signal, AbortSignal.timeout(POLL_MS));
    const response = await this.fetchEvents({signal: timed, headers: {Accept: 'application/json'}});
    const {events} = (await response.json()) as EventPage;
    this.failures = 0;
    this.deps.receive(events);
  }

  private fetchEvents(options: FetchOptions) {
    return this.deps.fetch(`/api/events?after=${this.deps.cursor()}`, options);
  }

  private pollOnly() {
    this.pollingUntil = Date.now() + POLLING_MS;
    this.silentStreams = 0;
  }

  /** Waits, without a timer while the visitor cannot see the panel. */
  private async waitFor(ms: number, signal: AbortSignal) {
    const waitMs = this.deps.isAttended() ? ms : Infinity;
    this.waiting = new AbortController();
    await delay(waitMs, signal, this.waiting.signal);
  }
}

const isStream = ({headers}: Response) =>
  headers.get('Content-Type')?.startsWith('text/event-stream');

/** Varies the delay, so that clients that were cut off together do not return together. */
const jitteredMs = (failures: number, error: unknown) =>
  Math.max(retryAfterOf(error), backoffMs(failures + 1) * (0.75 + Math.random() / 2));
