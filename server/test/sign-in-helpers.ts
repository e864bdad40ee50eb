import {CONSOLE_HEADERS, OwnerClient} from './owner-client.js';
import {retryWhileBusy} from './retry-while-busy.js';
import type {TestServer} from './start-server.js';
import {request} from './visitor.js';
import type {ApiResponse} from './visitor.js';

export const SIGN_IN = '/api/owner/sign-in';

/** Sends a call of the sign-in page, once. */
export const sendSignIn = <T = Record<string, unknown>>(
  {url}: {url: string},
  path: string,
  json: object,
  headers: Record<string, string> = {},
) =>
  request<T>(url, 'POST', `${SIGN_IN}/${path}`, {json, headers: {...CONSOLE_HEADERS, ...headers}});

/** Sends a call of the sign-in page, and repeats it while the server is busy. */
export const callSignIn = <T = Record<string, unknown>>(
  ...call: Parameters<typeof sendSignIn>
): Promise<ApiResponse<T>> => retryWhileBusy(() => sendSignIn<T>(...call));

/** Returns the token of the first link in a text. */
export const readToken = (text = ''): string =>
  /\/console\/(?:sign-in|not-me)\/#([\w.-]+)/.exec(text)?.[1] ?? '';

/** Requests a link and waits for its e-mail. Returns the token. */
export const requestToken = async (
  server: TestServer,
  email: string,
  skip = 0,
): Promise<string> => {
  const {status} = await callSignIn(server, 'link', {email});
  if (status !== 202) throw new Error(`The request of a link got ${status}. Expected 202.`);
  return readToken((await server.mailbox.waitFor(email, skip)).text);
};

/** Returns the cookie of a response, with its attributes. */
export const getCookie = (headers: Headers): [cookie: string, ...attributes: string[]] => {
  const [cookie = '', ...attributes] = (headers.get('set-cookie') ?? '').split('; ');
  return [cookie, ...attributes];
};

/** Signs in with a token. Returns the client of the new session. */
export const signInWith = async (
  server: {url: string},
  token: string,
  headers: Record<string, string> = {},
): Promise<OwnerClient> => {
  const {headers: given, body} = await callSignIn<{id: string; email: string}>(
    server,
    'link/use',
    {token},
    headers,
  );
  return new OwnerClient(server.url, body.id, body.email, getCookie(given)[0]);
};
