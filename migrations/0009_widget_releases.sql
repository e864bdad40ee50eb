-- Files of the widget, by release. Pages that were loaded before an upgrade ask for them after it,
-- and so do pages that name a release.

create table widget_releases (
  release text not null,
  name text not null,
  content_type text not null,
  bytes bytea not null,
  gzip bytea,
  brotli bytea,
  stored_at timestamptz not null default now(),
  -- Noted once a day: for a server of the release that starts, and for a page that asks.
  last_asked_at timestamptz not null default now(),
  -- The name comes first: names of chunks contain a hash and are looked up without a release.
  primary key (name, release)
);

-- Compressed bytes gain nothing from another compression.
alter table widget_releases
  alter column gzip set storage external,
  alter column brotli set storage external;
