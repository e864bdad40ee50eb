-- A link that a command or a start printed. A sign-in with another link does not void it.
alter table sign_in_links add column is_printed boolean not null default false;
