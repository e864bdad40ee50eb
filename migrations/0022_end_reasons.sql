-- Why a session has ended, if not by its own browser; null for every other end.
alter table account_sessions add column end_reason text
  check (end_reason in ('role_changed', 'signed_out'));
