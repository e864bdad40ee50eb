import {CallFailed} from '../outbound/call-failed.js';
import {MINUTE_MS} from '../units.js';

export const CIRCUIT = {failures: 5, withinMs: MINUTE_MS, openMs: MINUTE_MS};
/** Statuses that reject one question, and do not mean that the responder is down. */
const QUESTION_STATUSES = [400, 413, 422];

interface State {
  failedAt: number[];
  openUntil: number;
}

/**
 * Circuit breakers: a responder that keeps failing is not called, because each visitor would wait
 * in vain until the timeout. After a pause one trial call decides whether the breaker closes.
 */
export class CircuitBreakers {
  private readonly states = new Map<string, State>();

  constructor(
    private readonly limits = CIRCUIT,
    private readonly now = () => performance.now(),
  ) {}

  requireClosed(name: string): void {
    const state = this.states.get(name);
    if (!state || state.openUntil === 0) return;
    if (state.openUntil > this.now()) throw new CallFailed('circuit_open');
    // Half-open: lets this call through; the others wait for its result.
    state.openUntil = this.now() + this.limits.openMs;
  }

  recordSuccess(name: string): void {
    this.states.delete(name);
  }

  recordFailure(name: string, {status}: Pick<CallFailed, 'status'> = {status: undefined}): void {
    if (status !== undefined && QUESTION_STATUSES.includes(status)) return;
    const {failures, withinMs, openMs} = this.limits;
    const now = this.now();
    const state = this.states.get(name) ?? {failedAt: [], openUntil: 0};
    state.failedAt = [...state.failedAt.filter((at) => at > now - withinMs), now];
    if (state.failedAt.length >= failures) state.openUntil = now + openMs;
    this.states.set(name, state);
  }
}
