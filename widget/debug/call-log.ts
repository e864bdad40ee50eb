import {ClientError} from '../core/transport/api-client.js';
import type {Interceptor} from '../core/transport/api-client.js';

const KEPT_CALLS = 12;

/** Without query, headers or body: no token, and nothing that the visitor has typed. */
export interface Call {
  method: string;
  path: string;
  /** An HTTP status, or the code of what went wrong; empty while the call is under way. */
  outcome: string;
  ms: number | null;
}

/** What a chat has asked of the backend, and the switch that keeps all further calls from it. */
export class CallLog {
  calls: Call[] = [];
  isOffline = false;

  constructor(private readonly onChange: () => void) {}

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
