-- A reply asks for an e-mail address if a person has to answer and none is known. The widget shows a
-- button below such a message.
alter table messages add column asks_for_email boolean not null default false;
