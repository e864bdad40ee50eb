-- The data model. All times are timestamptz by the database's clock.

create table sites (
  key text primary key check (key ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name text not null check (name <> ''),
  allowed_origins text[] not null default '{}',
  notify_email text,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- One row for life for each UUID, from its first change on; the tombstone that remains keeps a
-- UUID from ever being used twice. Nothing in it tells who the visitor is.
create table visits (
  uuid uuid primary key,
  site_key text not null references sites (key),
  token_hash bytea not null check (octet_length(token_hash) = 32),
  state text not null default 'open' check (state in ('open', 'session', 'purging', 'gone', 'erased')),
  started_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  left_at timestamptz,
  furthest_step text
);
create index visits_idle on visits (last_seen_at) where state = 'open';
create index visits_started on visits (started_at) where state = 'open';
create index visits_left on visits (left_at) where state = 'open' and left_at is not null;
create index visits_purging on visits (uuid) where state = 'purging';

create table user_sessions (
  id bigint generated always as identity primary key,
  uuid uuid not null unique references visits (uuid),
  site_key text not null references sites (key),
  name text not null check (name <> ''),
  email text not null check (email <> ''),
  locale text,
  ip_address inet,
  consent_personal_data boolean not null check (consent_personal_data),
  consent_ai_training boolean not null default false,
  verified boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  archived_at timestamptz,
  check (verified = (completed_at is not null))
);
create index user_sessions_pending on user_sessions (created_at) where completed_at is null;
create index user_sessions_completed on user_sessions (completed_at) where completed_at is not null;
create index user_sessions_email on user_sessions (lower(email));

-- Proof of what was decided on which words. It outlives an erasure, for nothing in it names anybody.
create table consents (
  id bigint generated always as identity primary key,
  session_uuid uuid not null references visits (uuid),
  purpose text not null check (purpose in ('personal_data', 'ai_training', 'ai_answers')),
  decision text not null check (decision in ('granted', 'refused')),
  wording text not null,
  wording_sha256 bytea not null check (wording_sha256 = sha256(convert_to(wording, 'UTF8'))),
  locale text not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index consents_session on consents (session_uuid, purpose, id);

create function refuse_consent_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and exists (
    select from visits where uuid = old.session_uuid and state = 'purging'
  ) then
    return old;
  end if;
  raise exception 'consents are append-only: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger consents_append_only before update or delete on consents
  for each row execute function refuse_consent_change();
create trigger consents_no_truncate before truncate on consents
  for each statement execute function refuse_consent_change();

create table messages (
  id bigint generated always as identity primary key,
  session_uuid uuid not null references visits (uuid),
  client_id text not null,
  role text not null check (role in ('visitor', 'maria', 'agent', 'system')),
  body text not null,
  created_at timestamptz not null default now(),
  unique (session_uuid, client_id)
);

create table file_uploads (
  id uuid primary key,
  session_uuid uuid not null references visits (uuid),
  message_id bigint references messages (id),
  file_name text not null,
  s3_key text not null unique,
  content_type text not null default 'application/pdf',
  file_size bigint check (file_size > 0),
  sha256 bytea check (octet_length(sha256) = 32),
  flags text[] not null default '{}',
  slot smallint check (slot between 1 and 100),
  idempotency_key text,
  state text not null default 'uploading' check (state in ('uploading', 'stored', 'deleting')),
  leased_until timestamptz,
  created_at timestamptz not null default now(),
  uploaded_at timestamptz,
  download_count integer not null default 0,
  last_downloaded_at timestamptz,
  is_deleted boolean not null default false,
  deleted_at timestamptz,
  -- How often the store has confirmed that the object is gone, and when last. A put can land after
  -- its server has died, so an upload that was never acknowledged is removed twice.
  removals smallint not null default 0,
  removed_at timestamptz,
  check (state <> 'stored'
    or (sha256 is not null and file_size is not null and uploaded_at is not null and slot is not null)),
  check (state <> 'uploading' or (leased_until is not null and slot is not null)),
  check (is_deleted = (deleted_at is not null)),
  check (not is_deleted or state = 'deleting')
);
-- These two hold the count limit and the retry rule when ten requests arrive in the same instant.
create unique index file_uploads_slot on file_uploads (session_uuid, slot)
  where state in ('uploading', 'stored');
create unique index file_uploads_idempotency on file_uploads (session_uuid, idempotency_key)
  where state in ('uploading', 'stored') and idempotency_key is not null;
create index file_uploads_session on file_uploads (session_uuid);
create index file_uploads_message on file_uploads (message_id) where message_id is not null;
create index file_uploads_time on file_uploads (uploaded_at);
-- In the order in which stores list their keys, whatever the database's collation is.
create index file_uploads_key on file_uploads (s3_key collate "C") where state = 'stored';
create index file_uploads_leased on file_uploads (leased_until) where state = 'uploading';
create index file_uploads_deleting on file_uploads (removals, removed_at) where state = 'deleting';

create table email_verifications (
  id uuid primary key,
  key_id text not null,
  session_uuid uuid not null references visits (uuid),
  address text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  voided_at timestamptz,
  check (used_at is null or voided_at is null)
);
-- A newer link voids the older one: never two that work.
create unique index email_verifications_open on email_verifications (session_uuid)
  where used_at is null and voided_at is null;
create index email_verifications_session on email_verifications (session_uuid, created_at);

create table orphan_candidates (
  key text primary key,
  size bigint not null,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
);

-- Mail and webhooks. A job is written with its cause and rendered when it is sent, so that no
-- name, address or working link rests here.
create table jobs (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  payload jsonb not null default '{}',
  session_uuid uuid references visits (uuid),
  state text not null default 'queued' check (state in ('queued', 'dead')),
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  run_at timestamptz not null default now(),
  leased_until timestamptz,
  last_error text
);
create index jobs_due on jobs (run_at) where state = 'queued';
create index jobs_session on jobs (session_uuid) where session_uuid is not null;

-- How much mail went towards one address or from one client, under keyed hashes.
create table mail_counts (
  key bytea not null,
  counted_at timestamptz not null default now()
);
create index mail_counts_key on mail_counts (key, counted_at);

create table alerts (
  cause text primary key,
  count integer not null default 1,
  first_at timestamptz not null default now(),
  mailed_at timestamptz
);

create table funnel_daily (
  site_key text not null references sites (key),
  day date not null,
  counter text not null,
  count bigint not null default 0,
  primary key (site_key, day, counter)
);

-- Counters may be lost in a crash of the database; they are young by nature.
create unlogged table rate_limits (
  key text primary key,
  hits integer not null,
  resets_at timestamptz not null
);
create index rate_limits_expired on rate_limits (resets_at);

-- Work that one replica does for all.
create table tasks (
  name text primary key,
  next_run_at timestamptz not null default now(),
  leased_until timestamptz,
  -- Where a task that was cut off goes on.
  progress jsonb
);

create table audit_logs (
  id bigint generated always as identity,
  timestamp timestamptz not null default now(),
  event_type text not null,
  user_uuid uuid,
  site_key text,
  ip_address inet,
  metadata jsonb not null default '{}',
  primary key (id, timestamp)
) partition by range (timestamp);
create index audit_logs_time on audit_logs (timestamp);
create index audit_logs_type on audit_logs (event_type, timestamp);
create index audit_logs_address on audit_logs (timestamp) where ip_address is not null;
create index audit_logs_uuid on audit_logs (user_uuid, timestamp) where user_uuid is not null;

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.ip_address is null and
     (new.id, new.timestamp, new.event_type, new.user_uuid, new.site_key, new.metadata)
     is not distinct from
     (old.id, old.timestamp, old.event_type, old.user_uuid, old.site_key, old.metadata) then
    return new;
  end if;
  raise exception 'audit_logs is append-only: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger audit_logs_append_only before update or delete on audit_logs
  for each row execute function refuse_audit_change();
create trigger audit_logs_no_truncate before truncate on audit_logs
  for each statement execute function refuse_audit_change();

-- Makes the partitions of this month and the next ones. Safe to call from several servers at once.
create function make_audit_partitions(months_ahead integer) returns void language plpgsql as $$
declare
  month date := date_trunc('month', now() at time zone 'utc');
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('maria_audit_partitions'));
  for i in 0..months_ahead loop
    name := 'audit_logs_' || to_char(month, 'YYYY_MM');
    if to_regclass(name) is null then
      execute format(
        'create table %I partition of audit_logs for values from (%L) to (%L)',
        name, month::timestamp at time zone 'utc', (month + interval '1 month') at time zone 'utc');
      -- Row triggers are inherited by partitions, statement triggers are not.
      execute format(
        'create trigger audit_logs_no_truncate before truncate on %I
           for each statement execute function refuse_audit_change()', name);
    end if;
    month := month + interval '1 month';
  end loop;
end
$$;

-- Drops the months that lie wholly before the retention time, never less than 30 days; answers
-- their names.
create function drop_audit_partitions(retention_days integer) returns setof text language plpgsql as $$
declare
  oldest date := (now() at time zone 'utc')::date - greatest(retention_days, 30);
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('maria_audit_partitions'));
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'audit_logs'::regclass and c.relname ~ '^audit_logs_\d{4}_\d{2}$'
  loop
    if to_date(right(name, 7), 'YYYY_MM') + interval '1 month' <= oldest then
      execute format('drop table %I', name);
      return next name;
    end if;
  end loop;
end
$$;

select make_audit_partitions(3);
