import {InvalidRequest} from '../errors.js';
import type {ErrorDetails} from '../errors.js';

/** Error of a request that its client aborted. No client receives it. It is no server failure. */
export class ClientAborted extends InvalidRequest {
  constructor(details?: ErrorDetails) {
    super('The client closed the connection before the body was complete.', details);
  }
}
