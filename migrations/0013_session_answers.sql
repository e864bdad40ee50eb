-- Answers to the questions of a site. They exist only for sessions, so not before the e-mail address.
create table session_answers (
  session_uuid uuid not null references visits (uuid),
  field text not null check (field ~ '^[a-z][a-z0-9_]{0,39}$'),
  -- Null if the conversation no longer asked the question when the answer arrived.
  kind text check (
    kind in ('text', 'long_text', 'choice', 'yes_no', 'number', 'date', 'phone', 'url')),
  question text not null,
  value jsonb not null,
  label text not null,
  position smallint not null check (position >= 0),
  answered_at timestamptz not null default clock_timestamp(),
  primary key (session_uuid, field)
);
