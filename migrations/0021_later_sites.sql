-- A session whose link only the person could have also has the sites that its account gets later.
alter table account_sessions add column has_later_sites boolean not null default false;

-- `sign_in_links.is_printed` is no longer read. It stays, because a server of the release before writes it.
