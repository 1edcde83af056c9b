-- What the stages remember, so that a day's work follows what is new. Losing a row costs time, never correctness.

create table private.read_jobs (
  job_id uuid primary key references public.jobs on delete cascade,
  content_hash text not null,
  version text not null
);
comment on table private.read_jobs is 'Which text of a job the skill reader has read, and in which version.';
comment on column private.read_jobs.job_id is 'The job.';
comment on column private.read_jobs.content_hash is 'The job''s content hash when it was read.';
comment on column private.read_jobs.version is 'Taxonomy and extractor that read it.';

create table private.scored (
  side text not null check (side in ('job', 'resume')),
  id uuid not null,
  content_hash text not null,
  version text not null,
  was_cut boolean not null default false,
  primary key (side, id)
);
comment on table private.scored is 'With which content and scorer each job and each résumé was last scored against all others.';
comment on column private.scored.side is 'job or resume.';
comment on column private.scored.id is 'The job or the résumé.';
comment on column private.scored.content_hash is 'Its content hash when scored.';
comment on column private.scored.version is 'Scorer, taxonomy and extractor.';
comment on column private.scored.was_cut is 'A résumé had more matches than are kept; when some close, it is scored again in full.';
