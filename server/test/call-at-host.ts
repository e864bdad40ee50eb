import {once} from 'node:events';
import http from 'node:http';
import type {IncomingMessage} from 'node:http';
import {text} from 'node:stream/consumers';

/** Sends a call with its own `Host` header, which `fetch` replaces. */
export const callAtHost = async (
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{status: number | undefined; body: unknown}> => {
  const call = http.request(`${url}${path}`, {method, headers});
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const body = await text(response);
  return {status: response.statusCode, body: body.startsWith('{') ? JSON.parse(body) : body};
};
