import {CallFailed} from '../outbound/failure.js';

export const CIRCUIT = {failures: 5, withinMs: 60_000, openMs: 60_000};
/** What was wrong with one question says nothing about the next. */
const OF_ONE_QUESTION = [400, 413, 422];

interface State {
  failedAt: number[];
  openUntil: number;
}

/**
 * Leaves a responder alone that fails again and again: each visitor would wait for its time limits
 * in vain. After a while one may try, and whether that works decides for the others.
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
    // This one tries; the others wait for what becomes of it.
    state.openUntil = this.now() + this.limits.openMs;
  }

  succeeded(name: string): void {
    this.states.delete(name);
  }

  failed(name: string, {status}: Pick<CallFailed, 'status'> = {status: undefined}): void {
    if (status !== undefined && OF_ONE_QUESTION.includes(status)) return;
    const {failures, withinMs, openMs} = this.limits;
    const now = this.now();
    const state = this.states.get(name) ?? {failedAt: [], openUntil: 0};
    state.failedAt = [...state.failedAt.filter((at) => at > now - withinMs), now];
    if (state.failedAt.length >= failures) state.openUntil = now + openMs;
    this.states.set(name, state);
  }
}
