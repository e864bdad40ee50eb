-- Each row of the trail is chained by hash to the one before it in its month: (n)th hash =
-- SHA-256 of the one before it and the row without its address, which may be forgotten. Written
-- after the rows' commit, so that no visitor waits for another.
create table audit_chain (
  month date not null check (extract(day from month) = 1),
  seq bigint not null check (seq > 0),
  audit_id bigint not null,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (month, seq),
  unique (month, audit_id)
) partition by range (month);

create function refuse_chain_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit_chain is append-only: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger audit_chain_append_only before update or delete on audit_chain
  for each row execute function refuse_chain_change();
create trigger audit_chain_no_truncate before truncate on audit_chain
  for each statement execute function refuse_chain_change();

-- Makes one month's partition of the trail and of its chain, where they are missing. A table that
-- is made by itself and attached locks neither readers nor writers of the trail; `create table …
-- partition of` would wait for every transaction that has written to it, and hold up all others.
create function make_audit_month(month date) returns void language plpgsql as $$
declare
  rows_name text := 'audit_logs_' || to_char(month, 'YYYY_MM');
  chain_name text := 'audit_chain_' || to_char(month, 'YYYY_MM');
  next_month date := month + interval '1 month';
begin
  if to_regclass(rows_name) is null then
    execute format(
      'create table %I (like audit_logs including defaults including constraints)', rows_name);
    -- Row triggers are inherited by partitions, statement triggers are not.
    execute format(
      'create trigger audit_logs_no_truncate before truncate on %I
         for each statement execute function refuse_audit_change()', rows_name);
    execute format(
      'alter table audit_logs attach partition %I for values from (%L) to (%L)',
      rows_name, month::timestamp at time zone 'utc', next_month::timestamp at time zone 'utc');
  end if;
  if to_regclass(chain_name) is null then
    execute format(
      'create table %I (like audit_chain including defaults including constraints)', chain_name);
    execute format(
      'create trigger audit_chain_no_truncate before truncate on %I
         for each statement execute function refuse_chain_change()', chain_name);
    execute format(
      'alter table audit_chain attach partition %I for values from (%L) to (%L)',
      chain_name, month, next_month);
  end if;
end
$$;

-- The months that have a partition, of rows or of their chain, as the first of each.
create function audit_months() returns setof date language sql stable as $$
  select distinct to_date(right(c.relname, 7), 'YYYY_MM')
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent in ('audit_logs'::regclass, 'audit_chain'::regclass)
    and c.relname ~ '^audit_(logs|chain)_\d{4}_\d{2}$'
  order by 1
$$;

-- Makes the partitions of this month and the next ones. Safe to call from several servers at once.
create or replace function make_audit_partitions(months_ahead integer) returns void
language plpgsql set lock_timeout = '1s' as $$
declare
  this_month date := date_trunc('month', now() at time zone 'utc');
begin
  perform pg_advisory_xact_lock(hashtext('maria_audit_partitions'));
  perform make_audit_month((this_month + make_interval(months => i))::date)
    from generate_series(0, months_ahead) as i;
  perform make_audit_month(month) from audit_months() as month;
end
$$;

-- The months that lie wholly before the retention time, never less than 30 days.
create function due_audit_months(retention_days integer) returns setof date
language sql stable as $$
  select month from audit_months() as month
  where month + interval '1 month'
        <= (now() at time zone 'utc')::date - greatest(retention_days, 30)
$$;

drop function drop_audit_partitions(integer);

-- Drops the due months with their chains, or one of them; answers their names. The lock that this
-- takes holds up every writer of the trail for as long as it is waited for: better to give up soon
-- and be called again.
create function drop_audit_partitions(retention_days integer, only_month date default null)
returns setof text language plpgsql set lock_timeout = '250ms' as $$
declare
  month date;
begin
  perform pg_advisory_xact_lock(hashtext('maria_audit_partitions'));
  for month in select * from due_audit_months(retention_days) loop
    if only_month is null or month = only_month then
      execute format('drop table if exists %I', 'audit_logs_' || to_char(month, 'YYYY_MM'));
      execute format('drop table if exists %I', 'audit_chain_' || to_char(month, 'YYYY_MM'));
      return next 'audit_logs_' || to_char(month, 'YYYY_MM');
    end if;
  end loop;
end
$$;

select make_audit_partitions(3);

-- How often an address did what arouses suspicion: a sliding window for all replicas, under keyed
-- hashes. Like the other counters it may be lost in a crash of the database.
create unlogged table watched (
  key text primary key,
  times timestamptz[] not null,
  expires_at timestamptz not null
);
create index watched_expired on watched (expires_at);

-- What happened last under a cause, for the mail that tells the count when its hour is over.
alter table alerts
  drop column first_at,
  add column last_at timestamptz not null default now(),
  add column code text,
  add column message text,
  add column session_uuid uuid;
create index alerts_counted on alerts (mailed_at) where count > 1;
