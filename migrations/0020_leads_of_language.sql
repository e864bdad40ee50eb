-- The language filter of the list, which otherwise reads all leads of a site for a rare language.
-- Transactions that write leads wait while the index is built.
create index leads_language on leads
  (site_key, split_part(locale, '-', 1), last_activity_at desc, session_uuid desc);
