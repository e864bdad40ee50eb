-- Confirmation e-mails beyond a client network's hourly limit wait. Their link opens, and the older
-- link of the session becomes void, when the e-mail is sent.

-- Set while the e-mail waits; null once it was sent or dropped.
alter table email_verifications add column delayed_at timestamptz;

-- At most one open link and one delayed link of a session.
drop index email_verifications_open;
create unique index email_verifications_open on email_verifications (session_uuid)
  where used_at is null and voided_at is null and delayed_at is null;
create unique index email_verifications_delayed on email_verifications (session_uuid)
  where delayed_at is not null;

alter table email_verifications
  add check (delayed_at is null or (used_at is null and voided_at is null));
