import {anySignal} from '../transport/any-signal.js';
import type {EventPage, LiveEvent} from '../../../server/contract/events.js';

import {ClientError, offline} from '../transport/api-client.js';
import type {FetchOptions} from '../transport/api-client.js';
import {parseEvents} from './sse-parser.js';

/** A proxy that holds the stream back shows by then: the server begins with a line at once. */
const FIRST_BYTE_MS = 8_000;
/** The server's heart beats every 15 s. */
export const SILENCE_MS = 40_000;
/** An empty answer comes after 25 s. */
const POLL_MS = 40_000;
/** How often in a row a stream may bring nothing before it is asked for in pieces, and for how long. */
const STREAM_ATTEMPTS = 2;
const POLLING_MS = 300_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface EventStreamDeps {
  fetch(path: string, asking: FetchOptions): Promise<Response>;
  /** The number of the last event that is known. */
  cursor(): number;
  receive(events: LiveEvent[]): void;
  /** The session is at its end, or will hear the same answer every time. */
  onEnd(error: unknown): void;
  /** Somebody looks: without them no timer runs. */
  isAttended(): boolean;
}

/** What happens in the session, streamed; asked for in pieces where something on the way holds streams back. */
export class EventStream {
  private wake: (() => void) | null = null;
  private failures = 0;
  /** Streams of which nothing came though the line was there. */
  private silentStreams = 0;
  private pollingUntil = 0;
  /** Gives up what stays silent, as long as somebody looks. */
  private watch: () => void = () => undefined;

  constructor(private readonly parts: EventStreamDeps) {}

  /**
   * Reads until the signal comes. Where the line breaks off and nobody looks, another tab may go on:
   * then it answers what to wait for before it is run again.
   */
  async run(signal: AbortSignal) {
    while (!signal.aborted) {
      if (this.silentStreams >= STREAM_ATTEMPTS) this.pollOnly();
      const isStreaming = Date.now() >= this.pollingUntil;
      let restMs = FIRST_PAUSE_MS;
      try {
        await (isStreaming ? this.stream(signal) : this.poll(signal));
        if (!isStreaming) continue;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ClientError && !error.isTransient) return this.parts.onEnd(error);
        restMs = pauseMs(++this.failures, error);
      }
      if (!this.parts.isAttended()) return () => this.waitFor(0, signal);
      await this.waitFor(restMs, signal);
    }
  }

  /** The line is back, or somebody looks again: what waits is tried now, and what is dead is noticed. */
  retryNow() {
    this.wake?.();
    this.watch();
  }

  private async stream(signal: AbortSignal) {
    const silence = new AbortController();
    let hasBegun = false;
    let timer = 0;
    this.watch = () => {
      clearTimeout(timer);
      const limitMs = hasBegun ? SILENCE_MS : FIRST_BYTE_MS;
      if (this.parts.isAttended()) timer = window.setTimeout(() => silence.abort(), limitMs);
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
        this.parts.receive(event ? [event] : []);
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
    this.parts.receive(events);
  }

  private fetchEvents(asking: FetchOptions) {
    return this.parts.fetch(`/api/events?after=${this.parts.cursor()}`, asking);
  }

  private pollOnly() {
    this.pollingUntil = Date.now() + POLLING_MS;
    this.silentStreams = 0;
  }

  private waitFor(ms: number, signal: AbortSignal) {
    return new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.wake = null;
        resolve();
      };
      const timer = this.parts.isAttended() ? window.setTimeout(end, ms) : 0;
      this.wake = end;
      signal.addEventListener('abort', end);
    });
  }
}

const isStream = ({headers}: Response) =>
  headers.get('Content-Type')?.startsWith('text/event-stream');

/** Many that were cut off together do not come back together. */
const pauseMs = (failures: number, error: unknown) => {
  const askedMs = error instanceof ClientError ? error.retryAfterMs : 0;
  const growing = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  return Math.max(askedMs, growing * (0.75 + Math.random() / 2));
};
