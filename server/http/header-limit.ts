import type {IncomingMessage} from 'node:http';

import {HeadersTooLarge, InvalidRequest} from '../errors.js';
import type {App} from './app-type.js';

/** Limit of nginx as well. Browsers send all cookies of a parent domain, set by other programs. */
const MAX_HEADER_BYTES = 32 * 1024;

/** Node's own limit, above ours: a request beyond it reaches no route, so no page can explain it. */
export const MAX_PARSED_BYTES = 128 * 1024;

/** Refuses requests with too many headers, or without Host, where a route can show it in its own way. */
export const limitHeaders = (app: App): void => {
  app.addHook('onRequest', async ({raw}) => {
    if (headerBytes(raw) > MAX_HEADER_BYTES) throw new HeadersTooLarge();
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) {
      throw new InvalidRequest(
        'The request has no Host header. HTTP/1.1 expects one. Send the host of the URL.',
      );
    }
  });
};

const headerBytes = ({rawHeaders}: IncomingMessage): number =>
  rawHeaders.reduce((sum, text) => sum + text.length + ': '.length, 0);
