-- Résumés and matches. Columns are those of jobmatch_dagster/tables.py, in its order.

create table public.resumes (
  id uuid not null,
  user_id uuid not null,
  file_path text not null,
  sha256 text not null,
  status text not null,
  reason text,
  content jsonb,
  body text,
  language text,
  layout text,
  confidence double precision,
  warnings jsonb,
  experience_years double precision,
  seniority text,
  content_hash text not null,
  parser_version text not null,
  uploaded_on date not null,
  file_version text,
  primary key (id),
  unique (id, user_id),
  unique (user_id, sha256),
  unique (user_id, file_path),
  foreign key (user_id) references public.users on delete cascade,
  check (file_path like user_id || '/%'),
  check (confidence between 0 and 1)
);

comment on table public.resumes is 'A résumé file and what was read from it.';
comment on column public.resumes.id is 'uuid5 of person and file content.';
comment on column public.resumes.user_id is 'The person.';
comment on column public.resumes.file_path is 'Object name in bucket resumes: <user id>/<file>.';
comment on column public.resumes.sha256 is 'Hash of the file.';
comment on column public.resumes.status is 'parsed, needs_ocr, encrypted, corrupt, empty, too_large, unsupported, timed_out or malicious.';
comment on column public.resumes.reason is 'One sentence for the person when it is not parsed.';
comment on column public.resumes.content is 'Profile in JSON Resume''s names; null unless parsed.';
comment on column public.resumes.body is 'Plain text in reading order; evidence offsets point into it.';
comment on column public.resumes.language is 'ISO 639-1.';
comment on column public.resumes.layout is 'single or columns.';
comment on column public.resumes.confidence is '0 to 1.';
comment on column public.resumes.warnings is 'What the person can mend.';
comment on column public.resumes.experience_years is 'Years of work, overlaps counted once.';
comment on column public.resumes.seniority is 'As for jobs.';
comment on column public.resumes.content_hash is 'Hash of what matching depends on.';
comment on column public.resumes.parser_version is 'Version that read it.';
comment on column public.resumes.uploaded_on is 'Day of upload.';
comment on column public.resumes.file_version is 'Version of the stored object when it was read; a replaced file has another.';

create index resumes_uploaded_on_idx on public.resumes (uploaded_on);

create table public.resume_skills (
  resume_id uuid not null,
  user_id uuid not null,
  skill_id text not null,
  surface text not null,
  evidence integer[] not null,
  years double precision,
  last_used date,
  primary key (resume_id, skill_id),
  foreign key (resume_id, user_id) references public.resumes (id, user_id) on delete cascade,
  foreign key (skill_id) references public.skills on delete cascade
);

comment on table public.resume_skills is 'What a résumé shows.';
comment on column public.resume_skills.resume_id is 'The résumé.';
comment on column public.resume_skills.user_id is 'The person.';
comment on column public.resume_skills.skill_id is 'The skill.';
comment on column public.resume_skills.surface is 'The words that name it.';
comment on column public.resume_skills.evidence is 'Offsets start, end, start, end … into body.';
comment on column public.resume_skills.years is 'Years of use, from the jobs it stands in.';
comment on column public.resume_skills.last_used is 'Last month of use; null if not known.';

create index resume_skills_resume_id_user_id_idx on public.resume_skills (resume_id, user_id);
create index resume_skills_user_id_idx on public.resume_skills (user_id);
create index resume_skills_skill_id_idx on public.resume_skills (skill_id);

create table public.job_matches (
  resume_id uuid not null,
  user_id uuid not null,
  job_id uuid not null,
  score double precision not null,
  components jsonb not null,
  matched_skills jsonb not null,
  missing_skills jsonb not null,
  vetoes jsonb not null,
  abstained text[] not null,
  sentence text not null,
  scorer_version text not null,
  resume_hash text not null,
  job_hash text not null,
  matched_on date not null,
  primary key (resume_id, job_id),
  -- The pair names the person, so that no match can point at another person's résumé.
  foreign key (resume_id, user_id) references public.resumes (id, user_id) on delete cascade,
  foreign key (job_id) references public.jobs on delete cascade,
  -- NaN sorts above every number in Postgres, so this refuses it, too.
  check (score between 0 and 1),
  check (vetoes = '[]')
);

comment on table public.job_matches is 'A scored pair of résumé and job that is kept in the ranking.';
comment on column public.job_matches.resume_id is 'The résumé.';
comment on column public.job_matches.user_id is 'The person.';
comment on column public.job_matches.job_id is 'The job.';
comment on column public.job_matches.score is '0 to 1; the sum of the components'' contributions.';
comment on column public.job_matches.components is '{name: {weight, value, contribution, reason}}.';
comment on column public.job_matches.matched_skills is '[{skill, label, requirement, credit, job_evidence, resume_evidence}].';
comment on column public.job_matches.missing_skills is '[{skill, label, requirement, weight, job_evidence}].';
comment on column public.job_matches.vetoes is '[{kind, sentence}]; a vetoed pair is kept out of the ranking.';
comment on column public.job_matches.abstained is 'Components that lacked their inputs.';
comment on column public.job_matches.sentence is 'The match in one plain sentence.';
comment on column public.job_matches.scorer_version is 'Version of scorer and artefacts.';
comment on column public.job_matches.resume_hash is 'The résumé''s content hash when scored.';
comment on column public.job_matches.job_hash is 'The job''s content hash when scored.';
comment on column public.job_matches.matched_on is 'Day on which the younger side arrived.';

create index job_matches_ranking_idx on public.job_matches (user_id, score desc) include (job_id);
create index job_matches_resume_id_user_id_idx on public.job_matches (resume_id, user_id);
create index job_matches_job_id_idx on public.job_matches (job_id);
create index job_matches_matched_on_idx on public.job_matches (matched_on);

create table public.match_feedback (
  user_id uuid not null default auth.uid() references public.users on delete cascade,
  job_id uuid not null references public.jobs on delete cascade,
  kind text not null check (kind in ('saved', 'hidden', 'applied', 'not_relevant')),
  created_at timestamptz not null default now(),
  primary key (user_id, job_id, kind)
);
create index match_feedback_job_id_idx on public.match_feedback (job_id);

comment on table public.match_feedback is 'What a person said about a job.';
comment on column public.match_feedback.user_id is 'The person.';
comment on column public.match_feedback.job_id is 'The job.';
comment on column public.match_feedback.kind is 'saved, hidden, applied or not_relevant.';
comment on column public.match_feedback.created_at is 'When the person said it.';
