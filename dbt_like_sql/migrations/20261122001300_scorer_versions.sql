-- Which scorer's matches are shown, how good it is, and what was shown to whom when.

comment on column public.job_matches.matched_skills is '[{skill, label, requirement, weight, status, credit, through, job_evidence, resume_evidence}].';

create table private.scorer_versions (
  version text primary key,
  live_from timestamptz not null default now(),
  live_until timestamptz,
  matches bigint not null
);
create unique index scorer_versions_live_idx on private.scorer_versions ((live_until is null)) where live_until is null;
comment on table private.scorer_versions is 'Scorers whose matches were shown; the one without an end is live, and all matches are its.';
comment on column private.scorer_versions.version is 'Scorer, taxonomy and extractor.';
comment on column private.scorer_versions.live_from is 'When its matches were shown first.';
comment on column private.scorer_versions.live_until is 'When those of another took their place; null for the live one.';
comment on column private.scorer_versions.matches is 'Matches that it began with.';

-- A new scorer fills this table and takes the place of the live one in a single transaction. Unlogged: what is lost in
-- a crash is scored again.
create unlogged table private.next_matches (
  like public.job_matches including comments,
  primary key (resume_id, job_id),
  foreign key (resume_id, user_id) references public.resumes (id, user_id) on delete cascade,
  foreign key (job_id) references public.jobs on delete cascade
);
create index next_matches_resume_id_user_id_idx on private.next_matches (resume_id, user_id);
create index next_matches_job_id_idx on private.next_matches (job_id);
comment on table private.next_matches is 'Matches of a scorer that is not live yet.';

create table private.evaluations (
  version text primary key,
  at timestamptz not null default now(),
  results jsonb not null,
  reasons text[] not null
);
comment on table private.evaluations is 'How well each scorer ranks the labelled sets, and why it may not go live.';
comment on column private.evaluations.version is 'The scorer without taxonomy and extractor.';
comment on column private.evaluations.at is 'When it was evaluated.';
comment on column private.evaluations.results is 'Value of each measure for each query, by labelled set.';
comment on column private.evaluations.reasons is 'Measures that fell beyond noise against the live scorer; none if it may go live.';

create table private.ranking_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  user_id uuid not null references public.users on delete cascade,
  resume_id uuid not null,
  scorer_version text not null,
  resume_hash text not null,
  job_ids uuid[] not null,
  job_hashes text[] not null,
  scores double precision[] not null
);
create index ranking_log_resume_id_idx on private.ranking_log (resume_id, id desc);
create index ranking_log_user_id_idx on private.ranking_log (user_id);
create index ranking_log_at_idx on private.ranking_log (at);
comment on table private.ranking_log is 'Every ranking that could be seen, from its moment until the next row of the same résumé: with these versions and hashes it can be made again.';
comment on column private.ranking_log.id is 'Order of writing.';
comment on column private.ranking_log.at is 'From when it could be seen.';
comment on column private.ranking_log.user_id is 'The person.';
comment on column private.ranking_log.resume_id is 'The résumé.';
comment on column private.ranking_log.scorer_version is 'Scorer and artefacts.';
comment on column private.ranking_log.resume_hash is 'The résumé''s content hash when scored.';
comment on column private.ranking_log.job_ids is 'The open jobs, best first.';
comment on column private.ranking_log.job_hashes is 'Their content hashes when scored.';
comment on column private.ranking_log.scores is 'Their scores.';
