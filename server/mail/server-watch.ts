import type {FastifyBaseLogger} from 'fastify';

/** Often, so that mail goes on as soon as the server is back. */
const PROBE_MS = 1_000;
/** For one that answers and refuses, such as our login: it must not take us for an attacker. */
const MAX_PROBE_MS = 60_000;

/** The mail server did not take a mail; `cause` says what it answered, if it did. */
export class NotSent extends Error {}

/**
 * Knows whether there is a mail server to speak to. While there is none all mails wait for it
 * alike, untried: pauses that grow with each mail's tries would keep them from going out when it
 * is back.
 */
export class SmtpHealth {
  /** Why there is none. */
  reason: string | undefined;
  private pauseMs = PROBE_MS;
  private nextMs = 0;

  constructor(
    /** Connects, greets and logs in. */
    private readonly verify: () => Promise<unknown>,
    private readonly log: FastifyBaseLogger,
  ) {}

  get isAway(): boolean {
    return this.reason !== undefined;
  }

  /** Until it is looked for again. */
  get waitMs(): number {
    return Math.max(0, this.nextMs - performance.now());
  }

  /** Looks for a server that was away, when it is time to. Answers whether one is there. */
  async probe(): Promise<boolean> {
    if (!this.isAway) return true;
    if (this.waitMs > 0) return false;
    if (!(await this.answers())) return false;
    this.log.info('the mail server is back');
    this.reason = undefined;
    return true;
  }

  /**
   * Tells a server that is away from one that hangs up on this one mail: such a mail gets its
   * pauses, or it would hold up all others for ever.
   */
  async isDownAfter(error: unknown): Promise<boolean> {
    if (this.isAway) return true;
    if (!(error instanceof NotSent) || !isConnectionFailure(error.cause)) return false;
    return !(await this.answers());
  }

  private async answers(): Promise<boolean> {
    try {
      await this.verify();
      return true;
    } catch (error) {
      this.markDown(error);
      return false;
    }
  }

  private markDown(error: unknown): void {
    const reason = smtpReason(error);
    if (!this.isAway) this.log.warn({reason}, 'the mail server is away; mails wait for it');
    const refuses = (error as {responseCode?: number}).responseCode !== undefined;
    this.pauseMs = refuses && this.isAway ? Math.min(2 * this.pauseMs, MAX_PROBE_MS) : PROBE_MS;
    this.nextMs = performance.now() + this.pauseMs;
    this.reason = reason;
  }
}

const isConnectionFailure = (error: unknown): boolean => {
  const {code, command} = error as {code?: string; command?: string};
  return command === 'CONN' || ['EAUTH', 'ECONNECTION', 'ETLS'].includes(code ?? '');
};

/** Never the server's own words, which can hold the address. */
export const smtpReason = (error: unknown): string => {
  const failure = error instanceof NotSent ? error.cause : error;
  const {code, responseCode, command} = failure as {
    code?: string;
    responseCode?: number;
    command?: string;
  };
  const parts = [code, responseCode, command].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : failure instanceof Error ? failure.name : 'unknown';
};
