import type {IncomingMessage} from 'node:http';

import {HeadersTooLarge, InvalidRequest} from '../errors.js';
import type {App} from './app-type.js';

/** As in nginx. Browsers also send the cookies that other programs set for a parent domain. */
const MAX_HEADER_BYTES = 32 * 1024;

/** Limit of Node's parser. It is higher, because a request beyond it reaches no error page. */
export const MAX_PARSED_BYTES = 128 * 1024;

/** Refuses requests with too many headers or without Host in a hook, so that a page can show the error. */
export const limitHeaders = (app: App): void => {
  app.addHook('onRequest', async ({raw}) => {
    if (countHeaderBytes(raw) > MAX_HEADER_BYTES) throw new HeadersTooLarge();
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) {
      throw new InvalidRequest(
        'The request has no Host header. HTTP/1.1 expects one. Send the host of the URL.',
      );
    }
  });
};

const countHeaderBytes = ({rawHeaders}: IncomingMessage): number =>
  rawHeaders.reduce((sum, text) => sum + text.length + ': '.length, 0);
