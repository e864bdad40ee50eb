-- A site that has had visitors is switched off and not deleted: what they handed over, and the
-- UUIDs that may never be used twice, still point at it.
alter table sites add column removed_at timestamptz;
