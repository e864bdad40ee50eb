import {InvalidRequest} from '../errors.js';
import type {ErrorDetails} from '../errors.js';

/** No client reads this response. It keeps a request that was cut off from looking like a failure. */
export class ClientAborted extends InvalidRequest {
  constructor(details?: ErrorDetails) {
    super('The client closed the connection before the body was complete.', details);
  }
}
