-- A word with a minus is left out in every language: asked language by language, a job would slip through in one of
-- which the word is not stemmed as in the job's own.

create function search.in_any_language(words text) returns tsquery
language sql immutable parallel safe set search_path = ''
as $$
  select websearch_to_tsquery('pg_catalog.simple', words)
    || websearch_to_tsquery('pg_catalog.english', words)
    || websearch_to_tsquery('pg_catalog.german', words)
    || websearch_to_tsquery('pg_catalog.french', words)
    || websearch_to_tsquery('pg_catalog.spanish', words)
    || websearch_to_tsquery('pg_catalog.portuguese', words)
    || websearch_to_tsquery('pg_catalog.italian', words)
    || websearch_to_tsquery('pg_catalog.dutch', words)
$$;
revoke execute on function search.in_any_language(text) from public;
grant execute on function search.in_any_language(text) to anon, authenticated, service_role;

create or replace function search.question(words text) returns tsquery
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  left_out constant text := '(^|\s)-("[^"]*"|[^\s"]+)';
  question tsquery := search.in_any_language(regexp_replace(words, left_out, ' ', 'g'));
  unwanted text[];
begin
  for unwanted in select regexp_matches(words, left_out, 'g') loop
    question := question && !!search.in_any_language(unwanted[2]);
  end loop;
  return question;
end
$$;
