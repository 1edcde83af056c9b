-- What each function is for, and what each column of the view means: the schema reference and PostgREST's own
-- document show these sentences.
comment on function private.follow_account() is
  'Trigger on auth.users: makes the account''s row in public.users and keeps its address the same. Runs with its owner''s rights, because Supabase Auth''s role has none on public.users.';
comment on function private.touch() is 'Trigger on public.users: notes when a row last changed.';
comment on function search.follow_job() is 'Trigger on public.jobs: keeps the words of a job''s text in search.documents.';
comment on function search.configuration(text) is
  'The text-search configuration of a language (ISO 639-1); simple, which stems nothing, where Postgres has none.';
comment on function search.document(text, text, text, text) is
  'The words of a job for the index: title (A), company (B), description (D), stemmed in the job''s language.';
comment on function search.in_any_language(text) is
  'The words of a question in every way in which a larger language would stem them, joined by or.';
comment on function search.question(text) is
  'What the index is asked for some words: in any language, and without what has a minus before it.';
comment on function search.reading(text, text) is
  'Some words as one job has them: stemmed in its language, or as they are. Ranking uses it.';
comment on function search.cell(double precision, double precision) is 'The square of one degree that a point lies in.';
comment on function search.cells(jsonb) is 'The squares of one degree that a job''s places lie in; indexed.';
comment on function search.nearest_km(jsonb, double precision, double precision) is
  'Great-circle distance from a point to the nearest of a job''s places, in kilometres.';

do $$
declare
  shown record;
begin
  for shown in
    select v.attname as name, coalesce(col_description(m.attrelid, m.attnum), col_description(j.attrelid, j.attnum)) as meaning
    from pg_catalog.pg_attribute v
    left join pg_catalog.pg_attribute m on m.attrelid = 'public.job_matches'::regclass and m.attname = v.attname
    left join pg_catalog.pg_attribute j on j.attrelid = 'public.jobs'::regclass and j.attname = v.attname
    where v.attrelid = 'public.ranked_matches'::regclass and v.attnum > 0 and not v.attisdropped
  loop
    if shown.meaning is not null then
      execute format('comment on column public.ranked_matches.%I is %L', shown.name, shown.meaning);
    end if;
  end loop;
end
$$;
comment on column public.ranked_matches.feedback is 'What the person said about the job: saved, applied.';
