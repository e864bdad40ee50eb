-- The rows of leads are written here, so that they are also complete while servers of a release
-- that has no leads are still running.

-- Leads that such a server has left out until now. Nothing is locked yet.
insert into leads (session_uuid, site_key, state, locale, has_files, last_activity_at)
select v.uuid, v.site_key,
       case when s.verified then 'complete' when s.uuid is not null then 'pending' else 'visit' end,
       lower(s.locale),
       exists (select from file_uploads f where f.session_uuid = v.uuid and f.state = 'stored'),
       greatest(
         coalesce(s.completed_at, s.created_at),
         (select max(m.created_at) from messages m where m.session_uuid = v.uuid and m.role = 'visitor'),
         (select max(f.uploaded_at) from file_uploads f where f.session_uuid = v.uuid and f.state = 'stored'))
from visits v left join user_sessions s on s.uuid = v.uuid
where not exists (select from leads l where l.session_uuid = v.uuid)
  and (v.state = 'session' and s.uuid is not null and s.archived_at is null
       or v.state = 'open' and exists (
            select from messages m where m.session_uuid = v.uuid and m.role = 'visitor'));

-- An action of the visitor creates the lead. A lead that is done becomes open again.
create function record_lead() returns trigger language plpgsql as $$
declare
  lead uuid;
begin
  if tg_table_name = 'messages' then
    lead := new.session_uuid;
  else
    lead := new.uuid;
  end if;
  insert into leads (session_uuid, site_key, state, locale, has_files)
  select v.uuid, v.site_key,
         case when s.verified then 'complete' when s.uuid is not null then 'pending' else 'visit' end,
         lower(s.locale),
         exists (select from file_uploads f where f.session_uuid = v.uuid and f.state = 'stored')
  from visits v left join user_sessions s on s.uuid = v.uuid where v.uuid = lead
  on conflict (session_uuid) do update set
    state = excluded.state, locale = excluded.locale, status = 'open', done_at = null,
    last_activity_at = excluded.last_activity_at;
  return null;
end
$$;

-- A visit with files only is no lead.
create function record_lead_file() returns trigger language plpgsql as $$
begin
  if new.state = 'stored' then
    update leads set status = 'open', done_at = null, last_activity_at = clock_timestamp(),
                     has_files = true
    where session_uuid = new.session_uuid;
  else
    update leads set has_files = exists (
      select from file_uploads f where f.session_uuid = new.session_uuid and f.state = 'stored')
    where session_uuid = new.session_uuid;
  end if;
  return null;
end
$$;

create function record_lead_locale() returns trigger language plpgsql as $$
begin
  update leads set locale = lower(new.locale) where session_uuid = new.uuid;
  return null;
end
$$;

create function delete_lead() returns trigger language plpgsql as $$
begin
  delete from leads where session_uuid = new.uuid;
  return null;
end
$$;

-- Without an e-mail address, a visit is a lead as long as it has a message of its visitor.
create function delete_lead_without_messages() returns trigger language plpgsql as $$
begin
  delete from leads l
  where l.session_uuid = old.session_uuid and l.state = 'visit'
    and not exists (
      select from messages m where m.session_uuid = l.session_uuid and m.role = 'visitor');
  return null;
end
$$;

create trigger record_lead after insert on messages
  for each row when (new.role = 'visitor') execute function record_lead();
create trigger delete_lead_without_messages after delete on messages
  for each row when (old.role = 'visitor') execute function delete_lead_without_messages();
create trigger record_lead_file after update of state on file_uploads
  for each row when (old.state <> new.state and 'stored' in (old.state, new.state))
  execute function record_lead_file();
create trigger record_lead after insert on user_sessions
  for each row execute function record_lead();
create trigger record_lead_confirmation after update of verified, email on user_sessions
  for each row when (old.verified <> new.verified or old.email <> new.email)
  execute function record_lead();
create trigger record_lead_locale after update of locale on user_sessions
  for each row when (old.locale is distinct from new.locale) execute function record_lead_locale();
-- Archived sessions have ended for their visitors.
create trigger delete_lead after update of archived_at on user_sessions
  for each row when (new.archived_at is not null) execute function delete_lead();
create trigger delete_lead after update of state on visits
  for each row when (new.state not in ('open', 'session')) execute function delete_lead();

-- Writes wait from here to the end, so this reads only visits that can have changed since the
-- statement at the top. The interval is longer than any transaction of a server.
insert into leads (session_uuid, site_key, state, locale, has_files)
select v.uuid, v.site_key,
       case when s.verified then 'complete' when s.uuid is not null then 'pending' else 'visit' end,
       lower(s.locale),
       exists (select from file_uploads f where f.session_uuid = v.uuid and f.state = 'stored')
from visits v left join user_sessions s on s.uuid = v.uuid
where v.last_seen_at > now() - interval '1 hour'
  and (v.state = 'session' and s.uuid is not null and s.archived_at is null
       or v.state = 'open' and exists (
            select from messages m where m.session_uuid = v.uuid and m.role = 'visitor'))
on conflict (session_uuid) do update set state = excluded.state, has_files = excluded.has_files;

delete from leads l using visits v
where v.uuid = l.session_uuid and v.state not in ('open', 'session');
