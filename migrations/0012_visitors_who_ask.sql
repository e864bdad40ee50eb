-- True if the visitor has asked a question before the first step, so that the funnel counts it once.
alter table visits add column has_asked boolean not null default false;
