-- A session whose link only the person could have also has the sites that its account gets later.
alter table account_sessions add column has_later_sites boolean not null default false;

-- Whether the person who invites copies another link than the one in the e-mail of the invitation.
-- False for invitations of an earlier release, which have one link for both.
alter table sign_in_links add column is_private boolean not null default false;

-- `is_printed` is no longer read. It stays, because a server of the release before writes it.
