-- A text that consists of answers of the visitor only has no pattern: every text would match it.
update known_wordings set pattern = null
where regexp_replace(pattern, '[[:space:][:punct:]]', '', 'g') = '';
