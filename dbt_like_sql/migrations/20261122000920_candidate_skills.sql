-- What ads ask for that the taxonomy lacks, so that the team sees what to add to it.

create table private.candidate_skills (
  job_id uuid not null references public.jobs on delete cascade,
  surface text not null,
  requirement text not null,
  primary key (job_id, surface)
);
comment on table private.candidate_skills is 'Words of an ad that stand where skills stand and that the taxonomy lacks.';
comment on column private.candidate_skills.job_id is 'The job.';
comment on column private.candidate_skills.surface is 'The words, in small letters.';
comment on column private.candidate_skills.requirement is 'As for skills; the first mention''s.';
