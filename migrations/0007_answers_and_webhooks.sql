-- What a visitor wrote waits here for whoever answers it. Written with the message, and gone with
-- it. Several replicas share the work; the lease of one that died runs out.
create table turns (
  id uuid primary key default gen_random_uuid(),
  session_uuid uuid not null references visits (uuid),
  message_id bigint not null unique references messages (id) on delete cascade,
  state text not null default 'queued' check (state in ('queued', 'running', 'waiting', 'done')),
  outcome text,
  -- Who sent it, for the budgets: a keyed hash.
  client bytea not null,
  created_at timestamptz not null default now(),
  stop_requested_at timestamptz,
  owner uuid,
  leased_until timestamptz,
  -- How often a responder that calls back has done so.
  calls integer not null default 0,
  check ((state in ('running', 'waiting')) = (leased_until is not null)),
  check (state <> 'running' or owner is not null),
  check ((state = 'done') = (outcome is not null))
);
-- One answer at a time in a session, whatever two replicas believe.
create unique index turns_running on turns (session_uuid) where state = 'running';
create index turns_queued on turns (session_uuid, message_id) where state = 'queued';
create index turns_leased on turns (leased_until) where state in ('running', 'waiting');
create index turns_session on turns (session_uuid);

-- How much was asked of responders, under keyed hashes. Not unlogged as other counters are: what
-- they hold back costs money.
create table responder_budgets (
  key bytea primary key,
  used integer not null,
  resets_at timestamptz not null
);
create index responder_budgets_expired on responder_budgets (resets_at);

-- Where a site wants to be told of what happens. The secret is derived from the server's own.
create table webhooks (
  id uuid primary key,
  site_key text not null references sites (key) on delete cascade,
  url text not null,
  events text[] not null check (events <> '{}'),
  with_contact boolean not null default false,
  key_id text not null,
  created_at timestamptz not null default now()
);
create index webhooks_site on webhooks (site_key);

-- What became of each delivery, one row for each, by the id that it is sent under. The UUID is a
-- reference that may outlive its session, as in the trail.
create table webhook_deliveries (
  id uuid primary key,
  webhook_id uuid not null references webhooks (id) on delete cascade,
  event text not null,
  session_uuid uuid not null,
  details jsonb not null default '{}',
  state text not null default 'queued' check (state in ('queued', 'delivered', 'dead')),
  attempts integer not null default 0,
  last_status integer,
  last_error text,
  last_ms integer,
  created_at timestamptz not null default now(),
  tried_at timestamptz
);
create index webhook_deliveries_webhook on webhook_deliveries (webhook_id, created_at);
create index webhook_deliveries_time on webhook_deliveries (created_at);
