-- Cleanup runs every few minutes: what it looks for must not cost more as history grows.

create index user_sessions_archived on user_sessions (archived_at)
  where completed_at is null and archived_at is not null;
create index email_verifications_expiring on email_verifications (expires_at)
  where used_at is null and voided_at is null;
create index email_verifications_settled on email_verifications (expires_at)
  where used_at is not null or voided_at is not null;
create index mail_counts_time on mail_counts (counted_at);

-- Each bucket has its own sightings, in the order in which stores list their keys. Earlier ones
-- name no bucket: their quarantine begins anew.
delete from orphan_candidates;
alter table orphan_candidates drop constraint orphan_candidates_pkey;
alter table orphan_candidates alter column key type text collate "C";
alter table orphan_candidates add column bucket text not null;
alter table orphan_candidates add primary key (bucket, key);
-- A server of the version before, still running beside, would write sightings without a bucket.
update tasks set next_run_at = now() + interval '1 day', progress = null where name = 'sweep';

-- Last, since all uploads wait from here to the end.

-- How often the store refused to delete the object; those that go are tried first.
alter table file_uploads add column removal_failures integer not null default 0;

-- Files that a visitor deleted stay as rows of the session. Once that is erased they are rows to
-- be dropped like its others.
update file_uploads f set is_deleted = false, deleted_at = null
from visits v where v.uuid = f.session_uuid and v.state = 'erased' and f.is_deleted;

-- The condition is the one of the reaper's claim, word for word, so that the planner knows it.
drop index file_uploads_deleting;
create index file_uploads_removing on file_uploads (removal_failures)
  where state = 'deleting' and (removals = 0 or (uploaded_at is null and removals = 1));
create index file_uploads_removed on file_uploads (removed_at)
  where state = 'deleting' and not is_deleted and removals > 0;
