import http from 'node:http';
import type {ClientRequest, IncomingMessage} from 'node:http';
import https from 'node:https';

import {requirePublicHost, isAllowedHost, createPublicLookup} from './public-host.js';
import type {Resolve} from './public-host.js';
import {CallFailed} from './call-failed.js';
import {ResponseTimer} from './response-timer.js';

export interface TimeLimits {
  connectMs: number;
  firstByteMs: number;
  silenceMs: number;
}

export interface PostRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
  limits: TimeLimits;
  /** Maximum size of the response body. */
  maxBytes: number;
  /** Hosts on private networks that the operator has allowed. */
  allowedHosts: readonly string[];
  signal: AbortSignal;
  /** Replacement for the name service, in tests. */
  resolve?: Resolve;
}

export interface PostResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** Response body, which must be read to its end or closed. Reading throws `CallFailed`. */
  bytes: AsyncIterable<Buffer>;
  close: () => void;
}

/**
 * Sends one POST on a new connection, only to public IP addresses unless the host is allowed.
 * Follows no redirect. All errors are `CallFailed`.
 */
export const post = async (outgoing: PostRequest): Promise<PostResponse> => {
  const {url, limits, signal, allowedHosts} = outgoing;
  const isAllowed = isAllowedHost(url, allowedHosts);
  if (!isAllowed) requirePublicHost(url);
  if (signal.aborted) throw toReason(signal);
  const request = openChecked(outgoing, isAllowed);
  // Kept here, because the error of an aborted response does not contain the reason.
  const aborted: {failure?: CallFailed} = {};
  const abort = (failure: CallFailed) => {
    aborted.failure ??= failure;
    request.destroy(failure);
  };
  const timer = new ResponseTimer(abort);
  const onAbort = () => {
    abort(toReason(signal));
  };
  signal.addEventListener('abort', onAbort, {once: true});
  const close = () => {
    timer.stop();
    signal.removeEventListener('abort', onAbort);
    request.destroy();
  };
  timer.await('connect_timeout', limits.connectMs, true);
  try {
    const response = await awaitResponse(request, outgoing.body, () => {
      // Not retried: the server may already process the request.
      timer.await('first_byte_timeout', limits.firstByteMs, false);
    });
    response.on('error', ignore);
    requireNoRedirect(response);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes: readBody(response, {aborted, timer, outgoing, close}),
      close,
    };
  } catch (error) {
    close();
    throw toFailure(error, {retryable: true});
  }
};

const openChecked = (outgoing: PostRequest, isAllowed: boolean): ClientRequest => {
  try {
    return open(outgoing, isAllowed);
  } catch (cause) {
    // A site's settings contain a header that cannot be sent.
    throw new CallFailed('misconfigured', {cause});
  }
};

const open = (outgoing: PostRequest, isAllowed: boolean): ClientRequest => {
  const {url, headers, body, resolve} = outgoing;
  const program = url.protocol === 'https:' ? https : http;
  return program.request(url, {
    method: 'POST',
    // A new connection: the IP address of a kept connection was checked long ago.
    agent: false,
    ...(!isAllowed && {lookup: createPublicLookup(resolve)}),
    headers: {
      'user-agent': 'maria-chat',
      'accept-encoding': 'identity',
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
    },
  });
};

const awaitResponse = (request: ClientRequest, body: string, onConnected: () => void) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    // Not `once`: a second error without a listener would end the process.
    request.on('error', reject);
    request.once('socket', (socket) => {
      const ready = 'encrypted' in socket ? 'secureConnect' : 'connect';
      socket.once(ready, onConnected);
    });
    request.end(body);
  });

/** Throws for a redirect, because its target was not chosen by the person who set the URL. */
const requireNoRedirect = ({statusCode = 0}: IncomingMessage): void => {
  if (statusCode >= 300 && statusCode < 400) {
    throw new CallFailed('redirected', {status: statusCode});
  }
};

async function* readBody(
  response: IncomingMessage,
  {
    aborted,
    timer,
    outgoing,
    close,
  }: {
    aborted: {failure?: CallFailed};
    timer: ResponseTimer;
    outgoing: PostRequest;
    close: () => void;
  },
): AsyncGenerator<Buffer> {
  let seenBytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      timer.stop();
      seenBytes += chunk.length;
      if (seenBytes > outgoing.maxBytes) throw new CallFailed('answer_too_large');
      yield chunk;
      // Starts only now: the time that our caller needs is not the server's silence.
      timer.await('silence_timeout', outgoing.limits.silenceMs, false);
    }
    if (!response.complete) throw new CallFailed('cut');
  } catch (error) {
    throw toFailure(aborted.failure ?? error, {retryable: seenBytes === 0, cut: true});
  } finally {
    close();
  }
}

const toFailure = (
  error: unknown,
  {retryable, cut = false}: {retryable: boolean; cut?: boolean},
): CallFailed => {
  if (error instanceof CallFailed) return error;
  return new CallFailed(cut ? 'cut' : 'connection_failed', {retryable, cause: error});
};

const toReason = ({reason}: AbortSignal): CallFailed =>
  reason instanceof CallFailed ? reason : new CallFailed('stopped', {cause: reason});

const ignore = () => {
  // Reading the body throws the error as well. A body that is not read is closed.
};
