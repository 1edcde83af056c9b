-- Matches are kept as lists of numbers, one row for a résumé and a day, and put into words when somebody reads them.
-- A match in words is three kilobytes; what is its own are ninety bytes, since what a job asks for and what a résumé
-- shows is the same in all of its matches. public.job_matches stays what it was for everybody who reads.
--
-- Matches in the former form cannot be taken apart: they go, and the next run of match_scores makes all of them anew.

create schema matching;
comment on schema matching is 'How matches are kept; they are read as public.job_matches.';
revoke all on schema matching from public, anon, authenticated;
grant usage on schema matching to authenticated, service_role;

create table matching.wording (
  version text primary key,
  words jsonb not null,
  shares real[] not null,
  credits real[] not null
);
comment on table matching.wording is 'What the numbers of a scorer''s matches mean in words.';
comment on column matching.wording.version is 'The scorer.';
comment on column matching.wording.words is 'Names of components, texts with {places} for what is counted, bounds that choose among them.';
comment on column matching.wording.shares is 'The share of the score of each component, six for each set of components that were judged.';
comment on column matching.wording.credits is 'The credit of each number of steps, from 0 on.';
-- What is squeezed or put elsewhere has to be brought back for each match.
alter table matching.wording alter column words set storage external, alter column shares set storage external,
  alter column credits set storage external, set (toast_tuple_target = 8160);

create table matching.jobs (
  job_id uuid not null references public.jobs on delete cascade,
  reading bigint not null,
  content_hash text not null,
  asked text[] not null,
  is_thin boolean not null,
  asks jsonb not null,
  primary key (job_id, reading)
);
comment on table matching.jobs is 'A job as it was scored: what its matches say of it.';
comment on column matching.jobs.job_id is 'The job.';
comment on column matching.jobs.reading is 'Hash of the job''s content and the version that scored it.';
comment on column matching.jobs.content_hash is 'The job''s content hash then.';
comment on column matching.jobs.asked is 'Seniority, years and education that it asks for, in words; null where it does not say.';
comment on column matching.jobs.is_thin is 'Whether the posting says little.';
comment on column matching.jobs.asks is '[{skill, label, requirement, weight, job_evidence}], the most important first.';
alter table matching.jobs alter column asks set storage external, set (toast_tuple_target = 8160);

create table matching.resumes (
  resume_id uuid not null,
  user_id uuid not null,
  reading bigint not null,
  content_hash text not null,
  shown text[] not null,
  title text not null,
  skills text[] not null,
  places integer[] not null,
  primary key (resume_id, user_id, reading),
  foreign key (resume_id, user_id) references public.resumes (id, user_id) on delete cascade,
  check (cardinality(places) = 2 * cardinality(skills))
);
comment on table matching.resumes is 'A résumé as it was scored: what its matches say of it.';
comment on column matching.resumes.resume_id is 'The résumé.';
comment on column matching.resumes.user_id is 'The person.';
comment on column matching.resumes.reading is 'Hash of the résumé''s content and the version that scored it.';
comment on column matching.resumes.content_hash is 'The résumé''s content hash then.';
comment on column matching.resumes.shown is 'Seniority, years and education that it shows, in words; null where it does not say.';
comment on column matching.resumes.title is 'Its first title.';
comment on column matching.resumes.skills is 'Labels of its skills.';
comment on column matching.resumes.places is 'Where each skill stands first: start and end in the résumé''s body, null where that is not known.';
alter table matching.resumes alter column skills set storage external, alter column places set storage external,
  set (toast_tuple_target = 8160);
create index resumes_user_id_idx on matching.resumes (user_id);

create table matching.lists (
  resume_id uuid not null,
  user_id uuid not null,
  matched_on date not null,
  scorer_version text not null,
  resume_reading bigint not null,
  job_ids uuid[] not null,
  job_readings bigint[] not null,
  scores double precision[] not null,
  judged smallint[] not null,
  ends integer[] not null,
  parts bytea not null,
  primary key (resume_id, user_id, matched_on, resume_reading),
  -- The pair names the person, so that no match can point at another person's résumé.
  foreign key (resume_id, user_id) references public.resumes (id, user_id) on delete cascade,
  check (cardinality(job_ids) > 0),
  check (
    cardinality(job_readings) = cardinality(job_ids) and cardinality(scores) = cardinality(job_ids)
    and cardinality(judged) = cardinality(job_ids) and cardinality(ends) = cardinality(job_ids)
  ),
  check (length(parts) = ends[cardinality(ends)]),
  -- NaN is above every number in Postgres, so this refuses it, too.
  check (0 <= all (scores) and 1 >= all (scores)),
  check (
    array_position(job_ids, null) is null and array_position(job_readings, null) is null
    and array_position(scores, null) is null and array_position(judged, null) is null
    and array_position(ends, null) is null
  )
);
comment on table matching.lists is 'A résumé''s matches of one day, the best first; position n of each array is one match. Matches with closed jobs stay as they were when the résumé is read anew, in a list of their own.';
comment on column matching.lists.resume_id is 'The résumé.';
comment on column matching.lists.user_id is 'The person.';
comment on column matching.lists.matched_on is 'Day on which the younger side arrived.';
comment on column matching.lists.scorer_version is 'Version of scorer and artefacts.';
comment on column matching.lists.resume_reading is 'The résumé as it was scored.';
comment on column matching.lists.job_ids is 'The jobs.';
comment on column matching.lists.job_readings is 'The jobs as they were scored.';
comment on column matching.lists.scores is '0 to 1.';
comment on column matching.lists.judged is 'Components that had their inputs, a bit each.';
comment on column matching.lists.ends is 'Where each match''s part of parts ends.';
comment on column matching.lists.parts is
  'For each match, in numbers of two bytes: six values in thousandths, six contributions in steps; then for each requirement that the résumé meets in part or full its place among what the job asks, the skill''s place among the résumé''s, and in one byte the credit less one.';
-- Numbers do not squeeze.
alter table matching.lists alter column parts set storage external, set (toast_tuple_target = 8160);
create index lists_user_id_idx on matching.lists (user_id);
create index lists_matched_on_idx on matching.lists (matched_on);

-- A new scorer fills this table and takes the place of the live one in a single transaction. Unlogged: what is lost in
-- a crash is scored again.
create unlogged table private.next_lists (
  like matching.lists including comments including storage,
  primary key (resume_id, user_id, matched_on, resume_reading),
  foreign key (resume_id, user_id) references public.resumes (id, user_id) on delete cascade
);
create index next_lists_user_id_idx on private.next_lists (user_id);
comment on table private.next_lists is 'Matches of a scorer that is not live yet.';

-- One match's part of parts.
create function matching.part(parts bytea, ends integer[], place bigint) returns bytea
language sql immutable parallel safe set search_path = ''
return substring(parts from coalesce(ends[place - 1], 0) + 1 for ends[place] - coalesce(ends[place - 1], 0));
comment on function matching.part(bytea, integer[], bigint) is 'One match''s part of a list''s parts.';

-- Places among what the job asks, from 0 on, of what the résumé meets in part or full; in the job's order.
create function matching.met(part bytea) returns integer[]
language sql immutable parallel safe set search_path = ''
return array(
  select get_byte(part, at) * 256 + get_byte(part, at + 1) from generate_series(24, length(part) - 5, 5) as at
);
comment on function matching.met(bytea) is 'Which of the job''s requirements a match''s part meets in part or full.';

create function matching.matched(
  part bytea, asks jsonb, skills text[], places integer[], words jsonb, credits real[]
) returns jsonb
language sql immutable parallel safe set search_path = ''
begin atomic
  select coalesce(jsonb_agg(
    (asks -> (get_byte(part, at) * 256 + get_byte(part, at + 1)))
    || jsonb_build_object(
      'through', skills[own.place],
      'resume_evidence', case
        when places[2 * own.place] is null then '[]'::jsonb
        else jsonb_build_array(places[2 * own.place - 1], places[2 * own.place])
      end,
      'status', case when get_byte(part, at + 4) + 1 >= (words -> 'met_from')::integer then 'met' else 'partly' end,
      'credit', credits[get_byte(part, at + 4) + 2]
    ) order by at
  ), '[]')
  from generate_series(24, length(part) - 5, 5) as at
  cross join lateral (select get_byte(part, at + 2) * 256 + get_byte(part, at + 3) + 1 as place) as own;
end;
comment on function matching.matched(bytea, jsonb, text[], integer[], jsonb, real[]) is 'The requirements that a résumé meets in part or full.';

create function matching.missing(part bytea, asks jsonb) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
  for at in reverse length(part) - 5 .. 24 by 5 loop
    asks := asks - (get_byte(part, at) * 256 + get_byte(part, at + 1));
  end loop;
  return asks;
end
$$;
comment on function matching.missing(bytea, jsonb) is 'The requirements that a résumé does not meet.';

create function matching.abstained(judged integer, words jsonb) returns text[]
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  names text[] := '{}';
begin
  for place in 0 .. 5 loop
    if judged & (1 << place) = 0 then
      names := names || (words -> 'components' ->> place);
    end if;
  end loop;
  return names;
end
$$;
comment on function matching.abstained(integer, jsonb) is 'Components that lacked their inputs.';

-- A text with the counts of requirements in its places.
create function matching.counted(said text, part bytea, asks jsonb, words jsonb) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  met_from constant integer := (words -> 'met_from')::integer - 1;
  met integer := 0;
begin
  for at in 28 .. length(part) - 1 by 5 loop
    if get_byte(part, at) >= met_from then
      met := met + 1;
    end if;
  end loop;
  return replace(replace(replace(said, '{met}', met::text),
    '{partly}', ((length(part) - 24) / 5 - met)::text), '{all}', jsonb_array_length(asks)::text);
end
$$;
comment on function matching.counted(text, bytea, jsonb, jsonb) is 'A text with the counts of requirements in its places.';

-- A component that was judged: the first number of its value, and of its contribution, is at these places of the part.
create function matching.component(
  part bytea, place integer, judged integer, reason text, own jsonb, words jsonb, shares real[]
) returns jsonb
language sql immutable parallel safe set search_path = ''
return case
  when judged & (1 << place) = 0 then '{}'::jsonb
  else jsonb_build_object(words -> 'components' ->> place, own || jsonb_build_object(
    'weight', shares[judged * 6 + place + 1],
    'value', trim_scale((get_byte(part, 2 * place) * 256 + get_byte(part, 2 * place + 1)) / 1000.0),
    'contribution', trim_scale((get_byte(part, 12 + 2 * place) * 256 + get_byte(part, 13 + 2 * place))
      / (words -> 'steps')::numeric),
    'reason', reason
  ))
end;
comment on function matching.component(bytea, integer, integer, text, jsonb, jsonb, real[]) is
  'One component of a score as an object of that name; an empty one where it abstained.';

create function matching.components(
  part bytea, judged integer, score double precision, asks jsonb, asked text[], is_thin boolean, shown text[],
  title text, words jsonb, shares real[]
) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  steps constant numeric := (words -> 'steps')::numeric;
  reasons constant jsonb := words -> 'reasons';
  rest integer := round(score * steps);
  unknown text[];
  reason text;
begin
  for at in 12 .. 22 by 2 loop
    rest := rest - get_byte(part, at) * 256 - get_byte(part, at + 1);
  end loop;
  if rest <> 0 then
    unknown := matching.abstained(judged, words);
    reason := case
      when unknown = '{}' then reasons ->> 'thin'
      else replace(reasons ->> 'unjudged', '{names}', array_to_string(unknown, ', '))
        || case when is_thin then '; ' || (reasons ->> 'thin') else '' end
    end;
  end if;
  return
    matching.component(part, 0, judged, matching.counted(reasons ->> 'skills', part, asks, words), '{}', words, shares)
    || matching.component(part, 1, judged, reasons ->> 'title', jsonb_build_object('resume_title', title), words, shares)
    || matching.component(part, 2, judged, reasons ->> 'text', '{}', words, shares)
    || matching.component(part, 3, judged,
      replace(replace(reasons ->> 'seniority', '{asked}', asked[1]), '{shown}', shown[1]), '{}', words, shares)
    || matching.component(part, 4, judged,
      replace(replace(reasons ->> 'experience', '{asked}', asked[2]), '{shown}', shown[2]), '{}', words, shares)
    || matching.component(part, 5, judged,
      replace(replace(reasons ->> 'education', '{asked}', asked[3]), '{shown}', shown[3]), '{}', words, shares)
    || case
      when rest = 0 then '{}'::jsonb
      else jsonb_build_object(words ->> 'evidence', jsonb_build_object(
        'weight', 1, 'value', trim_scale(rest / steps), 'contribution', trim_scale(rest / steps), 'reason', reason
      ))
    end;
end
$$;
comment on function matching.components(bytea, integer, double precision, jsonb, text[], boolean, text[], text, jsonb, real[]) is
  'The components of a score with weight, value, contribution and reason; contributions add up to the score.';

-- The labels of some requirements, the first few and whether there are more, in the place of a text; '' for none.
create function matching.named(said text, places integer[], asks jsonb, words jsonb) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  most constant integer := (words -> 'most_named')::integer;
  names text;
begin
  if cardinality(places) = 0 then
    return '';
  end if;
  for place in 1 .. least(most, cardinality(places)) loop
    names := concat_ws(', ', names, asks -> places[place] ->> 'label');
  end loop;
  return replace(said, '{names}',
    names || case when cardinality(places) > most then words -> 'sentence' ->> 'more' else '' end);
end
$$;
comment on function matching.named(text, integer[], jsonb, jsonb) is 'A text that names the first few of some requirements.';

create function matching.sentence(part bytea, judged integer, asks jsonb, words jsonb) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  said constant jsonb := words -> 'sentence';
  enough constant integer := (said -> 'enough')::integer;
  asked constant integer := jsonb_array_length(asks);
  met constant integer[] := matching.met(part);
  lacking integer[] := '{}';
  sentence text := said ->> 'nothing';
  bound integer := 0;
begin
  if asked > 0 then
    for place in 0 .. asked - 1 loop
      if not place = any(met) and words -> 'asked' ? (asks -> place ->> 'requirement') then
        lacking := lacking || place;
        exit when cardinality(lacking) > (words -> 'most_named')::integer;
      end if;
    end loop;
    sentence := matching.counted(said ->> case asked when 1 then 'one' else 'several' end, part, asks, words)
      || matching.named(said ->> 'has', met, asks, words)
      || matching.named(said ->> 'lacks', lacking, asks, words);
  end if;
  if judged & 2 <> 0 then
    while get_byte(part, 2) * 256 + get_byte(part, 3) >= (said -> 'title_from' -> bound)::integer loop
      bound := bound + 1;
    end loop;
    sentence := sentence || (said -> 'title' ->> bound);
  end if;
  return sentence || (said -> 'end' ->> (
    (judged & 8 <> 0 and get_byte(part, 6) * 256 + get_byte(part, 7) < enough)::integer
    + 2 * (judged & 16 <> 0 and get_byte(part, 8) * 256 + get_byte(part, 9) < enough)::integer
  ));
end
$$;
comment on function matching.sentence(bytea, integer, jsonb, jsonb) is 'A match in one plain sentence.';

-- To squeeze ids and hashes takes longer than all else about a logged ranking, and saves little.
alter table private.ranking_log alter column job_ids set storage external, alter column job_hashes set storage external,
  alter column scores set storage external, set (toast_tuple_target = 8160);

drop view public.ranked_matches;
drop table public.job_matches;
drop table private.next_matches;
delete from private.scored;
update private.scorer_versions set live_until = now() where live_until is null;

create view public.job_matches with (security_invoker = true) as
select
  l.resume_id,
  l.user_id,
  e.job_id,
  e.score,
  matching.components(
    matching.part(l.parts, l.ends, e.place), e.judged, e.score, j.asks, j.asked, j.is_thin, r.shown, r.title, w.words,
    w.shares
  ) as components,
  matching.matched(matching.part(l.parts, l.ends, e.place), j.asks, r.skills, r.places, w.words, w.credits) as matched_skills,
  matching.missing(matching.part(l.parts, l.ends, e.place), j.asks) as missing_skills,
  '[]'::jsonb as vetoes,
  matching.abstained(e.judged, w.words) as abstained,
  matching.sentence(matching.part(l.parts, l.ends, e.place), e.judged, j.asks, w.words) as sentence,
  l.scorer_version,
  r.content_hash as resume_hash,
  j.content_hash as job_hash,
  l.matched_on
from matching.lists l
cross join lateral unnest(l.job_ids, l.job_readings, l.scores, l.judged)
  with ordinality as e (job_id, job_reading, score, judged, place)
left join matching.jobs j on j.job_id = e.job_id and j.reading = e.job_reading
left join matching.resumes r
  on r.resume_id = l.resume_id and r.user_id = l.user_id and r.reading = l.resume_reading
left join matching.wording w on w.version = l.scorer_version;

comment on view public.job_matches is 'A scored pair of résumé and job that is kept in the ranking.';
comment on column public.job_matches.resume_id is 'The résumé.';
comment on column public.job_matches.user_id is 'The person.';
comment on column public.job_matches.job_id is 'The job.';
comment on column public.job_matches.score is '0 to 1; the sum of the components'' contributions.';
comment on column public.job_matches.components is '{name: {weight, value, contribution, reason}}.';
comment on column public.job_matches.matched_skills is '[{skill, label, requirement, weight, status, credit, through, job_evidence, resume_evidence}].';
comment on column public.job_matches.missing_skills is '[{skill, label, requirement, weight, job_evidence}].';
comment on column public.job_matches.vetoes is '[{kind, sentence}]; a vetoed pair is kept out of the ranking.';
comment on column public.job_matches.abstained is 'Components that lacked their inputs.';
comment on column public.job_matches.sentence is 'The match in one plain sentence.';
comment on column public.job_matches.scorer_version is 'Version of scorer and artefacts.';
comment on column public.job_matches.resume_hash is 'The résumé''s content hash when scored.';
comment on column public.job_matches.job_hash is 'The job''s content hash when scored.';
comment on column public.job_matches.matched_on is 'Day on which the younger side arrived.';

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

-- What an app may embed in a match.
create function public.jobs(public.job_matches) returns setof public.jobs rows 1
language sql stable security invoker set search_path = ''
begin atomic
  select j.* from public.jobs as j where j.id = ($1).job_id;
end;
comment on function public.jobs(public.job_matches) is 'The job of a match, to be embedded in it.';
create function public.resumes(public.job_matches) returns setof public.resumes rows 1
language sql stable security invoker set search_path = ''
begin atomic
  select r.* from public.resumes as r where r.id = ($1).resume_id;
end;
comment on function public.resumes(public.job_matches) is 'The résumé of a match, to be embedded in it.';

-- Matches with these jobs go, wherever they stand.
create function matching.forget_jobs(gone uuid[]) returns bigint
language plpgsql security invoker set search_path = ''
as $$
declare
  lists bigint;
  rest bigint;
begin
  delete from matching.lists where job_ids <@ gone;
  get diagnostics lists = row_count;
  update matching.lists l
  set (job_ids, job_readings, scores, judged, ends, parts) = (
    select
      array_agg(k.job_id order by k.place),
      array_agg(k.job_reading order by k.place),
      array_agg(k.score order by k.place),
      array_agg(k.judged order by k.place),
      array_agg(k.ends::integer order by k.place),
      string_agg(k.part, '' order by k.place)
    from (
      select e.*, matching.part(l.parts, l.ends, e.place) as part,
        sum(length(matching.part(l.parts, l.ends, e.place))) over (order by e.place) as ends
      from unnest(l.job_ids, l.job_readings, l.scores, l.judged)
        with ordinality as e (job_id, job_reading, score, judged, place)
      where e.job_id <> all (gone)
    ) as k
  )
  where l.job_ids && gone;
  get diagnostics rest = row_count;
  return lists + rest;
end
$$;
comment on function matching.forget_jobs(uuid[]) is
  'Take the matches with these jobs out of all lists; returns how many lists changed.';

create function matching.follow_jobs() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  perform matching.forget_jobs((select array_agg(id) from gone));
  return null;
end
$$;
comment on function matching.follow_jobs() is 'Trigger on public.jobs: the matches of a job that is deleted go with it.';
create trigger forget_matches after delete on public.jobs
  referencing old table as gone for each statement execute function matching.follow_jobs();

-- Who may do what.
revoke all on all tables in schema matching from public, anon, authenticated;
revoke execute on all functions in schema matching from public;
revoke execute on function public.jobs(public.job_matches), public.resumes(public.job_matches) from public;
grant execute on function public.jobs(public.job_matches), public.resumes(public.job_matches)
  to authenticated, service_role;
grant execute on all functions in schema matching to authenticated, service_role;
revoke execute on function matching.forget_jobs(uuid[]), matching.follow_jobs() from authenticated;
grant select, insert, update, delete on all tables in schema matching to service_role;
grant select on matching.lists, matching.jobs, matching.resumes, matching.wording to authenticated;
revoke all on public.job_matches from public, anon, authenticated;
grant select on public.job_matches to authenticated, service_role;

alter table matching.lists enable row level security;
alter table matching.jobs enable row level security;
alter table matching.resumes enable row level security;
alter table matching.wording enable row level security;
create policy "a person reads their own matches" on matching.lists
  for select to authenticated using (user_id = (select auth.uid()));
create policy "a person reads what their own resumes show" on matching.resumes
  for select to authenticated using (user_id = (select auth.uid()));
create policy "everyone reads what jobs ask for" on matching.jobs for select to authenticated using (true);
create policy "everyone reads the words" on matching.wording for select to authenticated using (true);
