-- Leads: visits in which an e-mail address was submitted or the visitor wrote a message.

-- Any user who can create schemas in the database can create this extension. Other users need an
-- administrator once.
do $$
begin
  create extension if not exists pg_trgm;
-- The last two: the server of the database does not have the extension.
exception when insufficient_privilege or undefined_file or feature_not_supported then
  raise exception 'the search of leads needs the extension pg_trgm, which the user "%" cannot create: %',
    current_user, sqlerrm using errcode = 'MC001';
end
$$;

-- No row contains personal data. The foreign keys come with the last statement of the next
-- migration: visitors wait from their creation to the end.
create table leads (
  session_uuid uuid primary key,
  site_key text not null,
  state text not null check (state in ('visit', 'pending', 'complete')),
  status text not null default 'open' check (status in ('open', 'done')),
  -- View of the list. A column, so that one index serves all views.
  view text not null generated always as (
    case when status = 'done' then 'done' when state = 'pending' then 'unconfirmed' else 'open' end
  ) stored,
  -- For the filters of the list, in lower case; null if it is unknown.
  locale text,
  has_files boolean not null default false,
  -- In milliseconds, like the times of the API, so that a page can begin after it.
  last_activity_at timestamptz(3) not null default clock_timestamp(),
  first_opened_at timestamptz,
  done_at timestamptz,
  check ((status = 'done') = (done_at is not null))
);

-- Archived sessions have ended for their visitors, and are no leads.
insert into leads (session_uuid, site_key, state, locale, has_files, last_activity_at)
select v.uuid as session_uuid, v.site_key,
       case when s.verified then 'complete' when s.uuid is not null then 'pending' else 'visit' end
         as state,
       lower(s.locale) as locale,
       exists (select from file_uploads f where f.session_uuid = v.uuid and f.state = 'stored')
         as has_files,
       greatest(
         coalesce(s.completed_at, s.created_at),
         (select max(m.created_at) from messages m where m.session_uuid = v.uuid and m.role = 'visitor'),
         (select max(f.uploaded_at) from file_uploads f where f.session_uuid = v.uuid and f.state = 'stored'))
         as last_activity_at
from visits v left join user_sessions s on s.uuid = v.uuid
where v.state = 'session' and s.uuid is not null and s.archived_at is null
   or v.state = 'open' and exists (
        select from messages m where m.session_uuid = v.uuid and m.role = 'visitor');

create index leads_recent on leads (site_key, last_activity_at desc, session_uuid desc);
create index leads_view on leads (site_key, view, last_activity_at desc, session_uuid desc);
create index leads_files on leads (site_key, last_activity_at desc, session_uuid desc) where has_files;

-- Exports that were requested and not fetched yet. The filter is encrypted, because it can contain
-- a name.
create table lead_exports (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  filter text not null,
  format text not null check (format in ('csv', 'jsonl', 'zip')),
  expires_at timestamptz not null
);
create index lead_exports_account on lead_exports (account_id);
create index lead_exports_expired on lead_exports (expires_at);
