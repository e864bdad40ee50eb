-- What was written in a session, and all that happened in it, as its readers are told.

-- An answer can take its time: it is `running` until all of it is there, under a lease, since the
-- server that writes it may die.
alter table messages
  add column state text not null default 'complete' check (state in ('running', 'complete', 'failed')),
  add column leased_until timestamptz,
  add constraint messages_lease check ((state = 'running') = (leased_until is not null)),
  add constraint messages_of_visitors check (
    role <> 'visitor' or (state = 'complete' and char_length(body) between 1 and 4000));
create index messages_session on messages (session_uuid, id);
create index messages_running on messages (session_uuid) where state = 'running';

-- The number of the session's last event. Taken with the visit's row, which everybody locks who
-- changes anything in the session, so that there are neither gaps nor two of one number.
alter table visits add column last_event bigint not null default 0;

create table events (
  session_uuid uuid not null references visits (uuid),
  seq bigint not null check (seq > 0),
  type text not null,
  data jsonb not null default '{}',
  at timestamptz not null default clock_timestamp(),
  primary key (session_uuid, seq)
);
