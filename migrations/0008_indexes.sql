-- Indexes for filters that read whole tables. Transactions that write to one of these tables wait
-- while its indexes are built. The queue comes last, because it is written to most often.

-- Export and erasure of one session.
create index webhook_deliveries_session on webhook_deliveries (session_uuid);
-- Erasure by e-mail address.
create index email_verifications_address on email_verifications (lower(address));

-- Mail and webhooks share the queue: neither reads the jobs of the other.
drop index jobs_due;
create index jobs_due on jobs (kind, run_at) where state = 'queued';
-- A receiver that does not respond keeps its jobs: the others skip them without reading them.
create index jobs_of_webhook on jobs ((payload->>'webhook'), run_at) where kind = 'webhook';
create index jobs_waiting on jobs (created_at) where state = 'queued';
create index jobs_dead on jobs (created_at) where state = 'dead';
