-- Accounts of the console. Visitors have none.

create table accounts (
  id uuid primary key,
  -- Null after the removal of the account: its id and name stay for the audit log.
  email text check (email <> ''),
  name text check (name <> ''),
  locale text,
  created_at timestamptz not null default now(),
  -- First sign-in. Before it, the account has only an invitation.
  joined_at timestamptz,
  removed_at timestamptz,
  check ((email is null) = (removed_at is not null))
);
create unique index accounts_email on accounts (lower(email));
create index accounts_removed on accounts (removed_at) where removed_at is not null;

create table memberships (
  account_id uuid not null references accounts (id),
  site_key text not null references sites (key) on delete cascade,
  role text not null check (role in ('owner', 'agent', 'observer')),
  created_at timestamptz not null default now(),
  primary key (account_id, site_key)
);
create index memberships_site on memberships (site_key);

-- Ended sessions stay until `ends_at`, because their cookies recognise known browsers.
create table account_sessions (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  -- SHA-256 of the cookie.
  secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
  -- Name of browser and system, such as "Firefox on Windows"; null if it is unknown.
  browser text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  ends_at timestamptz not null,
  ended_at timestamptz
);
create index account_sessions_account on account_sessions (account_id);
create index account_sessions_end on account_sessions (ends_at);

-- The link is derived from the id and the secret, so nothing in this table works as one.
create table sign_in_links (
  id uuid primary key,
  key_id text not null,
  purpose text not null check (purpose in ('setup', 'invitation', 'sign_in', 'not_me')),
  -- Null if no account has the e-mail address that was asked for, or before `setup` creates it.
  account_id uuid references accounts (id),
  -- E-mail address of the account that `setup` creates.
  email text,
  -- Site of an invitation.
  site_key text references sites (key) on delete cascade,
  -- Session that `not_me` reports.
  session_id uuid references account_sessions (id) on delete cascade,
  -- Path of the page that opens after the sign-in.
  place text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  voided_at timestamptz,
  check (used_at is null or voided_at is null),
  check ((purpose = 'setup') = (email is not null)),
  check ((purpose = 'not_me') = (session_id is not null)),
  check (purpose not in ('invitation', 'not_me') or account_id is not null)
);
create index sign_in_links_account on sign_in_links (account_id) where account_id is not null;
create index sign_in_links_site on sign_in_links (site_key) where site_key is not null;
create index sign_in_links_session on sign_in_links (session_id) where session_id is not null;
create index sign_in_links_expired on sign_in_links (expires_at);
