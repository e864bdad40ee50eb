import {ClientError} from '../core/transport/api-client.js';
import type {Interceptor} from '../core/transport/api-client.js';

const KEPT_CALLS = 12;

/** Has no query, headers or body, and so no token and nothing that the visitor has typed. */
export interface Call {
  method: string;
  path: string;
  /** An HTTP status or an error code; empty until the response. */
  outcome: string;
  ms: number | null;
}

/** Lists the calls of a chat, and can keep all further ones from the backend. */
export class CallLog {
  calls: Call[] = [];
  isOffline = false;

  constructor(private readonly onChange: () => void) {}

  simulateOffline(isOffline: boolean) {
    this.isOffline = isOffline;
  }

  readonly interceptor: Interceptor = async (method, path, run) => {
    const call: Call = {method, path: path.split('?')[0]!, outcome: '', ms: null};
    const startedMs = performance.now();
    this.calls = [call, ...this.calls].slice(0, KEPT_CALLS);
    this.onChange();
    try {
      if (this.isOffline) throw new ClientError('offline', 'unavailable');
      const answer = await run();
      call.outcome = answer instanceof Response ? String(answer.status) : 'ok';
      return answer;
    } catch (error) {
      call.outcome = error instanceof ClientError ? error.code : 'offline';
      throw error;
    } finally {
      call.ms = Math.round(performance.now() - startedMs);
      this.onChange();
    }
  };
}
