import type {FastifyBaseLogger} from 'fastify';

/** Short, so that sending resumes as soon as the server is back. */
const PROBE_MS = 1_000;
/** Longest pause for a server that responds but refuses us. It must not treat us as an attacker. */
const MAX_PROBE_MS = 60_000;

/** The mail server did not accept an e-mail; `cause` is its response or the connection error. */
export class NotSent extends Error {}

/**
 * Availability of the mail server. While it is down, e-mails wait and use up no attempts: backoff
 * per e-mail would delay them after the server is back.
 */
export class SmtpHealth {
  /** Reason why the server is down; undefined while it is up. */
  reason: string | undefined;
  private pauseMs = PROBE_MS;
  private nextMs = 0;

  constructor(
    /** Connects, greets and logs in. */
    private readonly verify: () => Promise<unknown>,
    private readonly log: FastifyBaseLogger,
  ) {}

  get isDown(): boolean {
    return this.reason !== undefined;
  }

  /** Time until the next probe. */
  get waitMs(): number {
    return Math.max(0, this.nextMs - performance.now());
  }

  /** Probes a server that was down, if the pause is over. Returns whether the server is up. */
  async probe(): Promise<boolean> {
    if (!this.isDown) return true;
    if (this.waitMs > 0) return false;
    if (!(await this.canConnect())) return false;
    this.log.info('the mail server is available again');
    this.reason = undefined;
    return true;
  }

  /**
   * Returns true if the server is down, and false if it only closes the connection on this e-mail.
   * Without a backoff, that e-mail would block all others.
   */
  async isDownAfter(error: unknown): Promise<boolean> {
    if (this.isDown) return true;
    if (!(error instanceof NotSent) || !isConnectionFailure(error.cause)) return false;
    return !(await this.canConnect());
  }

  private async canConnect(): Promise<boolean> {
    try {
      await this.verify();
      return true;
    } catch (error) {
      this.markDown(error);
      return false;
    }
  }

  private markDown(error: unknown): void {
    const reason = getSmtpReason(error);
    if (!this.isDown)
      this.log.warn({reason}, 'the mail server is unavailable; e-mails wait in the queue');
    const refuses = (error as {responseCode?: number}).responseCode !== undefined;
    this.pauseMs = refuses && this.isDown ? Math.min(2 * this.pauseMs, MAX_PROBE_MS) : PROBE_MS;
    this.nextMs = performance.now() + this.pauseMs;
    this.reason = reason;
  }
}

const isConnectionFailure = (error: unknown): boolean => {
  const {code, command} = error as {code?: string; command?: string};
  return command === 'CONN' || ['EAUTH', 'ECONNECTION', 'ETLS'].includes(code ?? '');
};

/** Returns codes only, because the server's own text can contain the e-mail address. */
export const getSmtpReason = (error: unknown): string => {
  const failure = error instanceof NotSent ? error.cause : error;
  const {code, responseCode, command} = failure as {
    code?: string;
    responseCode?: number;
    command?: string;
  };
  const parts = [code, responseCode, command].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : failure instanceof Error ? failure.name : 'unknown';
};
