import {MAX_EXCERPT_LENGTH} from '../contract/owner-limits.js';
import type {Lead, LeadStatus} from '../contract/owner-leads.js';
import type {MessageRole} from '../contract/messages.js';
import type {SessionState} from '../contract/sessions.js';
import type {Queryable} from '../database/sql.js';

export interface LeadRow {
  uuid: string;
  site: string;
  state: SessionState;
  status: LeadStatus;
  name: string | null;
  email: string | null;
  locale: string | null;
  training: boolean;
  files: number;
  messages: number;
  lastRole: MessageRole | null;
  lastBody: string | null;
  lastAt: Date | null;
  startedAt: Date;
  createdAt: Date | null;
  completedAt: Date | null;
  lastActivityAt: Date;
  firstOpenedAt: Date | null;
  doneAt: Date | null;
}

/** Returns the leads with these UUIDs in their order. An erased lead is left out. */
export const readLeads = (sql: Queryable, uuids: string[]): Promise<LeadRow[]> => sql<LeadRow[]>`
  select l.session_uuid as uuid, l.site_key as site, l.state, l.status, s.name, s.email, s.locale,
         coalesce(s.consent_ai_training, false) as training, stored.files, written.messages,
         last.role as "lastRole", left(last.body, ${MAX_EXCERPT_LENGTH}) as "lastBody",
         last.created_at as "lastAt", v.started_at as "startedAt", s.created_at as "createdAt",
         s.completed_at as "completedAt", l.last_activity_at as "lastActivityAt",
         l.first_opened_at as "firstOpenedAt", l.done_at as "doneAt"
  from unnest(${uuids}::uuid[]) with ordinality as wanted (uuid, place)
  join leads l on l.session_uuid = wanted.uuid
  join visits v on v.uuid = l.session_uuid
  left join user_sessions s on s.uuid = l.session_uuid
  cross join lateral (
    select count(*)::int as files from file_uploads f
    where f.session_uuid = l.session_uuid and f.state = 'stored') as stored
  cross join lateral (
    select count(*)::int as messages from messages m
    where m.session_uuid = l.session_uuid) as written
  left join lateral (
    select m.role, m.body, m.created_at from messages m
    where m.session_uuid = l.session_uuid and m.role in ('visitor', 'agent')
    order by m.id desc limit 1) as last on true
  order by wanted.place`;

export const toApiLead = (row: LeadRow): Lead => ({
  uuid: row.uuid,
  site: row.site,
  state: row.state,
  status: row.status,
  name: row.name,
  email: row.email,
  locale: row.locale,
  training: row.training,
  files: row.files,
  messages: row.messages,
  last_message:
    row.lastRole && row.lastAt
      ? {
          role: row.lastRole,
          body: row.lastBody ?? '',
          created_at: row.lastAt.toISOString(),
        }
      : null,
  is_new: row.firstOpenedAt === null,
  created_at: row.startedAt.toISOString(),
  completed_at: toTime(row.completedAt),
  last_activity_at: row.lastActivityAt.toISOString(),
});

export const toTime = (time: Date | null): string | null => time?.toISOString() ?? null;
