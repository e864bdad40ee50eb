-- Texts with which visitors were asked for a consent: those of the widget and those of sites.
-- Consents are compared with them, so no row is ever deleted.
create table known_wordings (
  -- '*' for the widget's own texts.
  site_key text not null default '*',
  sha256 bytea not null check (octet_length(sha256) = 32),
  purpose text not null check (purpose in ('personal_data', 'ai_training', 'ai_answers')),
  -- Null for a text of all languages.
  locale text,
  -- Release of the widget; null for texts of sites.
  version text,
  -- Pattern of LIKE for a text into which the widget inserts answers of the visitor; else null.
  pattern text,
  first_at timestamptz not null default now(),
  primary key (site_key, sha256, purpose)
);

-- Origins of pages that loaded the chat of a site, or tried to.
create table site_origins (
  site_key text not null references sites (key) on delete cascade,
  origin text not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  is_refused boolean not null,
  primary key (site_key, origin)
);
create index site_origins_old on site_origins (last_at);

-- Acts of accounts: of those at a site, and of one account, latest first. Writes of audit rows wait
-- while the indexes are built.
create index audit_logs_site_accounts on audit_logs (site_key, id desc) where metadata ? 'account';
create index audit_logs_account on audit_logs ((metadata->>'account'), id desc)
  where metadata ? 'account';

-- Search for a part of a name, e-mail address or file name. Contacts and uploads wait while the
-- indexes are built.
create index user_sessions_search on user_sessions using gin (lower(name || ' ' || email) gin_trgm_ops);
create index file_uploads_search on file_uploads using gin (lower(file_name) gin_trgm_ops)
  where state = 'stored';

-- Last, because all changes of visits wait from here to the end.
alter table leads
  add foreign key (session_uuid) references visits (uuid),
  add foreign key (site_key) references sites (key);
