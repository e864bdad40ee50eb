import type {Bytes} from './object-store.js';

/** Timer that calls `expire` once it has run for `ms` without a stop or restart. */
export class IdleTimer {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number,
    private readonly expire: () => void,
  ) {}

  start(): void {
    this.stop();
    this.timer = setTimeout(this.expire, this.ms);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

interface Timing {
  start(): void;
  stop(): void;
}

/** Runs the timer while the consumer works, and after the last chunk until the caller stops it. */
export async function* timeConsumer(bytes: Bytes, watch: Timing): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    watch.start();
    yield chunk;
    watch.stop();
  }
  watch.start();
}

/** Runs the timer while the source works. */
export async function* timeSource(bytes: Bytes, watch: IdleTimer): AsyncGenerator<Uint8Array> {
  try {
    watch.start();
    for await (const chunk of bytes) {
      watch.stop();
      yield chunk;
      watch.start();
    }
  } finally {
    watch.stop();
  }
}
