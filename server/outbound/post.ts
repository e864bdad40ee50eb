import http from 'node:http';
import type {ClientRequest, IncomingMessage} from 'node:http';
import https from 'node:https';

import {requirePublicHost, isAllowedHost, publicLookup} from './addresses.js';
import type {Resolve} from './addresses.js';
import {CallFailed} from './failure.js';
import {ResponseTimer} from './stopwatch.js';

export interface TimeLimits {
  connectMs: number;
  firstByteMs: number;
  silenceMs: number;
}

export interface Outgoing {
  url: URL;
  headers: Record<string, string>;
  body: string;
  limits: TimeLimits;
  /** Of the answer's body. */
  maxBytes: number;
  /** Hosts on private networks that the operator has allowed by name. */
  allowedHosts: readonly string[];
  signal: AbortSignal;
  /** For tests: another name service. */
  resolve?: Resolve;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** Throws `CallFailed`. Read it to its end, or close. */
  bytes: AsyncIterable<Buffer>;
  close: () => void;
}

/**
 * One POST on a connection of its own, to a public address unless the host is allowed by name.
 * Follows no redirect. Throws `CallFailed`, whatever happens.
 */
export const post = async (outgoing: Outgoing): Promise<Answer> => {
  const {url, limits, signal, allowedHosts} = outgoing;
  const isAllowed = isAllowedHost(url, allowedHosts);
  if (!isAllowed) requirePublicHost(url);
  if (signal.aborted) throw toReason(signal);
  const request = begun(outgoing, isAllowed);
  // What an answer under way fails with does not tell why it was broken off.
  const end: {failure?: CallFailed} = {};
  const breakOff = (failure: CallFailed) => {
    end.failure ??= failure;
    request.destroy(failure);
  };
  const stopwatch = new ResponseTimer(breakOff);
  const onAbort = () => {
    breakOff(toReason(signal));
  };
  signal.addEventListener('abort', onAbort, {once: true});
  const close = () => {
    stopwatch.stop();
    signal.removeEventListener('abort', onAbort);
    request.destroy();
  };
  stopwatch.await('connect_timeout', limits.connectMs, true);
  try {
    const response = await awaitResponse(request, outgoing.body, () => {
      // Not tried again: it is at work on what was asked.
      stopwatch.await('first_byte_timeout', limits.firstByteMs, false);
    });
    response.on('error', ignore);
    requireNoRedirect(response);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes: read(response, {end, stopwatch, outgoing, close}),
      close,
    };
  } catch (error) {
    close();
    throw asFailure(error, {retryable: true});
  }
};

const begun = (outgoing: Outgoing, isAllowed: boolean): ClientRequest => {
  try {
    return open(outgoing, isAllowed);
  } catch (cause) {
    // A header that cannot be sent, which a site's settings made.
    throw new CallFailed('misconfigured', {cause});
  }
};

const open = (outgoing: Outgoing, isAllowed: boolean): ClientRequest => {
  const {url, headers, body, resolve} = outgoing;
  const program = url.protocol === 'https:' ? https : http;
  return program.request(url, {
    method: 'POST',
    // A connection of its own: one that is kept would lead to an address that was judged long ago.
    agent: false,
    ...(!isAllowed && {lookup: publicLookup(resolve)}),
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
    // For good: what comes after the first would end the process.
    request.on('error', reject);
    request.once('socket', (socket) => {
      const ready = 'encrypted' in socket ? 'secureConnect' : 'connect';
      socket.once(ready, onConnected);
    });
    request.end(body);
  });

/** Where a redirect leads was chosen by somebody else than the one who set the address. */
const requireNoRedirect = ({statusCode = 0}: IncomingMessage): void => {
  if (statusCode >= 300 && statusCode < 400) {
    throw new CallFailed('redirected', {status: statusCode});
  }
};

async function* read(
  response: IncomingMessage,
  {
    end,
    stopwatch,
    outgoing,
    close,
  }: {
    end: {failure?: CallFailed};
    stopwatch: ResponseTimer;
    outgoing: Outgoing;
    close: () => void;
  },
): AsyncGenerator<Buffer> {
  let seenBytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      stopwatch.stop();
      seenBytes += chunk.length;
      if (seenBytes > outgoing.maxBytes) throw new CallFailed('answer_too_large');
      yield chunk;
      // Not before: how long the reader takes is not the other side's silence.
      stopwatch.await('silence_timeout', outgoing.limits.silenceMs, false);
    }
    if (!response.complete) throw new CallFailed('cut');
  } catch (error) {
    throw asFailure(end.failure ?? error, {retryable: seenBytes === 0, cut: true});
  } finally {
    close();
  }
}

const asFailure = (
  error: unknown,
  {retryable, cut = false}: {retryable: boolean; cut?: boolean},
): CallFailed => {
  if (error instanceof CallFailed) return error;
  return new CallFailed(cut ? 'cut' : 'connection_failed', {retryable, cause: error});
};

const toReason = ({reason}: AbortSignal): CallFailed =>
  reason instanceof CallFailed ? reason : new CallFailed('stopped', {cause: reason});

const ignore = () => {
  // Whoever reads the body hears of it there; a body that nobody reads is closed.
};
