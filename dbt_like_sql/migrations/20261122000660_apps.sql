-- What an app reads when it talks to Supabase directly: views and functions with the caller's rights, so that row-level
-- security decides what each person gets.

create view public.ranked_matches with (security_invoker = true) as
select
  m.user_id,
  m.resume_id,
  m.job_id,
  m.score,
  m.sentence,
  m.components,
  m.matched_skills,
  m.missing_skills,
  m.abstained,
  m.matched_on,
  j.title,
  j.company,
  j.location,
  j.city,
  j.region,
  j.country,
  j.remote,
  j.salary_range,
  j.salary_annual_min,
  j.salary_annual_max,
  j.salary_currency,
  j.employment_type,
  j.seniority,
  j.language,
  j.posted_on,
  j.url,
  j.apply_url,
  coalesce(
    (
      select array_agg(f.kind order by f.kind)
      from public.match_feedback f
      where f.user_id = m.user_id and f.job_id = m.job_id
    ),
    '{}'
  ) as feedback
from public.job_matches m
join public.jobs j on j.id = m.job_id
where j.closed_on is null
  and not exists (
    select from public.match_feedback f
    where f.user_id = m.user_id and f.job_id = m.job_id and f.kind in ('hidden', 'not_relevant')
  );

comment on view public.ranked_matches is
  'A person''s matches with open jobs that they did not put away. Ask for it ordered by score, highest first.';
revoke all on public.ranked_matches from public, anon, authenticated;
grant select on public.ranked_matches to authenticated, service_role;

-- The words of a question in every way in which some job's language may have stemmed them: what the index is asked.
create function search.question(words text) returns tsquery
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  configuration regconfig;
  reading tsquery;
  readings tsquery[] := '{}';
  question tsquery := '';
begin
  for configuration in
    select distinct search.configuration(code)
    from unnest('{ar,da,de,en,es,fi,fr,hu,it,nl,no,pt,ro,ru,sv,tr,simple}'::text[]) as code
  loop
    reading := websearch_to_tsquery(configuration, words);
    if reading <> all (readings) then
      readings := readings || reading;
      question := question || reading;
    end if;
  end loop;
  return question;
end
$$;

-- The words as one job has them: stemmed in its language, or as they are (so are names of employers).
create function search.reading(words text, language text) returns tsquery
language sql immutable parallel safe set search_path = ''
as $$
  select websearch_to_tsquery(search.configuration(language), words) || websearch_to_tsquery('pg_catalog.simple', words)
$$;
revoke execute on function search.question(text), search.reading(text, text) from public;
grant execute on function search.question(text), search.reading(text, text) to anon, authenticated, service_role;
grant execute on function search.configuration(text) to anon, authenticated, service_role;

-- The conditions are put together from what is asked, so that each plan uses the index that fits; values stay
-- parameters. Of the jobs that fit, the newest few thousand are ranked by where the words stand.
create function public.search_jobs(
  words text default null,
  country text default null,
  city text default null,
  remote text default null,
  seniority text default null,
  employment_type text default null,
  language text default null,
  skills text[] default null,
  min_annual_salary double precision default null,
  salary_currency text default null,
  max_age_days integer default null,
  page_size integer default 20,
  page integer default 0
) returns setof public.jobs
language plpgsql stable security invoker set search_path = ''
as $$
declare
  conditions text := 'j.closed_on is null and j.duplicate_of is null';
  question tsquery := search.question(words);
  has_words constant boolean := coalesce(numnode(question), 0) > 0;
  per_page constant integer := least(greatest(coalesce(page_size, 20), 1), 100);
  skipped constant integer := per_page * least(greatest(coalesce(page, 0), 0), 100);
begin
  if has_words then
    conditions := conditions || ' and d.document @@ $1 and d.document @@ search.reading($14, j.language)';
  end if;
  if country is not null then conditions := conditions || ' and j.country = upper($2)'; end if;
  if city is not null then conditions := conditions || ' and lower(j.city) = lower($3)'; end if;
  if remote is not null then conditions := conditions || ' and j.remote = $4'; end if;
  if seniority is not null then conditions := conditions || ' and j.seniority = $5'; end if;
  if employment_type is not null then conditions := conditions || ' and j.employment_type = $6'; end if;
  if language is not null then conditions := conditions || ' and j.language = lower($7)'; end if;
  if cardinality(skills) > 0 then
    conditions := conditions || ' and (select count(*) from public.job_skills s where s.job_id = j.id'
      || ' and s.requirement <> ''excluded'' and s.skill_id = any($8))'
      || ' = (select count(distinct wanted) from unnest($8) wanted)';
  end if;
  if min_annual_salary is not null then
    conditions := conditions || ' and coalesce(j.salary_annual_max, j.salary_annual_min) >= $9';
  end if;
  if salary_currency is not null then conditions := conditions || ' and j.salary_currency = upper($10)'; end if;
  if max_age_days is not null then conditions := conditions || ' and j.first_seen_on >= current_date - $11'; end if;
  return query execute format(
    'with fitting as ('
    '  select j.id, j.first_seen_on, %s as words_rank from public.jobs j %s where %s'
    '  order by j.first_seen_on desc, j.id limit 5000'
    ') '
    'select j.* from (select * from fitting order by words_rank desc, first_seen_on desc, id limit $12 offset $13) f '
    'join public.jobs j on j.id = f.id order by f.words_rank desc, f.first_seen_on desc, f.id',
    case when has_words then 'ts_rank(d.document, $1)' else '0' end,
    case when has_words then 'join search.documents d on d.job_id = j.id' else '' end,
    conditions
  )
  using question, country, city, remote, seniority, employment_type, language, skills, min_annual_salary,
    salary_currency, max_age_days, per_page, skipped, words;
end
$$;
comment on function public.search_jobs is
  'Open jobs that have these words and meet these conditions, best first; at most 100 a page. Words may be quoted, or '
  'left out with a minus.';
revoke execute on function public.search_jobs from public;
grant execute on function public.search_jobs to anon, authenticated, service_role;
