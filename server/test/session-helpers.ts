import type {ErrorBody} from '../contract/common.js';
import type {GeneratedUuid, ValidatedUuid} from '../contract/sessions.js';
import {saveSite} from '../sites/store.js';
import type {TestServer} from './start-server.js';
import {request} from './visitor.js';

type ErrorFields = Pick<ErrorBody, 'code' | 'faults' | 'request_id'>;
type Validated = ValidatedUuid & ErrorFields;

export const validateUuid = (url: string, json: unknown, token?: string, headers = {}) =>
  request<Validated>(url, 'POST', '/api/session/validate-uuid', {
    json,
    headers: {...(token && {authorization: `Bearer ${token}`}), ...headers},
  });

export const generateUuid = (url: string, json: unknown = {}, headers = {}) =>
  request<GeneratedUuid & ErrorFields>(url, 'POST', '/api/session/generate-uuid', {json, headers});

export const getAuditRows = ({sql}: TestServer, uuid: string, event: string) =>
  sql<{metadata: Record<string, unknown>; ip: string | null}[]>`
    select metadata, host(ip_address) as ip from audit_logs
    where user_uuid = ${uuid} and event_type = ${event} order by id`;

export const listSessionKeys = async ({objects}: TestServer, uuid: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of objects.list(`uploads/${uuid}/`)) {
    keys.push(...page.objects.map(({key}) => key));
  }
  return keys;
};

export const getVisitState = async (
  {sql}: TestServer,
  uuid: string,
): Promise<string | undefined> => {
  const [row] = await sql<{state: string}[]>`select state from visits where uuid = ${uuid}`;
  return row?.state;
};

export const addSite = ({sql}: TestServer, key: string, allowedOrigins: string[]) =>
  saveSite(sql, {key, name: key, allowedOrigins, notifyEmail: null, settings: {}});
