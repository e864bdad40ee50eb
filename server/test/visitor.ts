import type {ErrorBody} from '../contract/common.js';
import type {FileList, UploadResponse} from '../contract/files.js';
import type {GeneratedUuid, Session} from '../contract/sessions.js';
import {retryWhileBusy} from './retry-while-busy.js';

export interface ApiResponse<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Call {
  json?: unknown;
  form?: FormData;
  /** Body as it is sent. */
  body?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A client that calls a server as the widget does: over HTTP, with a UUID and its token. */
export class Visitor {
  constructor(
    readonly url: string,
    readonly uuid: string,
    readonly token: string,
  ) {}

  static async arrive(url: string, site?: string): Promise<Visitor> {
    const json = site ? {site} : {};
    const response = await retryWhileBusy(() =>
      request<GeneratedUuid>(url, 'POST', '/api/session/generate-uuid', {json}),
    );
    return new Visitor(url, response.body.uuid, response.body.token);
  }

  /** Returns a visitor who has consented to storage. */
  static async consenting(url: string): Promise<Visitor> {
    const visitor = await Visitor.arrive(url);
    await retryWhileBusy(() => visitor.consent({personal_data: true}));
    return visitor;
  }

  /** Returns the same visitor at another server. */
  at(url: string): Visitor {
    return new Visitor(url, this.uuid, this.token);
  }

  call<T = Record<string, unknown>>(method: string, path: string, options: Call = {}) {
    return request<T>(this.url, method, path, {
      ...options,
      headers: {...this.credentials, ...options.headers},
    });
  }

  get credentials(): Record<string, string> {
    return {authorization: `Bearer ${this.token}`, 'x-session-uuid': this.uuid};
  }

  consent(decisions: Record<string, boolean>) {
    const consents = Object.entries(decisions).map(([purpose, granted]) => ({
      purpose,
      granted,
      wording: `May we use your data for ${purpose}?`,
      locale: 'en',
    }));
    return this.call('PUT', '/api/session/consents', {json: {consents}});
  }

  upload(bytes: Uint8Array, {name = 'a.pdf', size = bytes.length, key}: UploadOptions = {}) {
    const form = new FormData();
    if (size !== null) form.set('size', String(size));
    form.set('file', new Blob([bytes], {type: 'application/pdf'}), name);
    return this.call<UploadResponse & Pick<ErrorBody, 'code'>>('POST', '/api/files/upload', {
      form,
      ...(key && {headers: {'idempotency-key': key}}),
    });
  }

  async files() {
    return (await this.call<FileList>('GET', '/api/files')).body.files;
  }

  /** Downloads the bytes behind the presigned link. */
  async download(id: string): Promise<{bytes: Buffer; headers: Headers}> {
    const {body} = await this.call<{url: string}>('GET', `/api/files/download/${id}`);
    const response = await fetch(body.url);
    if (!response.ok) throw new Error(`The link got ${response.status}.`);
    return {bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers};
  }

  session() {
    return this.call<Session & Partial<Pick<ErrorBody, 'code' | 'status'>>>('GET', '/api/session');
  }

  contact(email: string, name = 'Anna Beispiel', more: object = {}) {
    return this.call('PUT', '/api/session/contact', {json: {name, email, ...more}});
  }
}

export interface UploadOptions {
  name?: string;
  /** Value of the `size` field; null omits it. */
  size?: number | null;
  key?: string;
}

export const request = async <T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  {json, form, body, headers = {}, signal}: Call = {},
): Promise<ApiResponse<T>> => {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {...(json !== undefined && {'content-type': 'application/json'}), ...headers},
    ...(json !== undefined && {body: JSON.stringify(json)}),
    ...(form && {body: form}),
    ...(body !== undefined && {body}),
    ...(signal && {signal}),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text ? JSON.parse(text) : {text}) as T,
  };
};
