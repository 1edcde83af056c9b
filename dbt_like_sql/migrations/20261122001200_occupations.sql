-- Which occupation a job's title names, so that demand can be counted by occupation.

create table private.occupations (
  code text primary key,
  label text not null,
  "group" text not null,
  version text not null
);
comment on table private.occupations is 'The occupations that ads are counted under; written from the code at each change of the list.';
comment on column private.occupations.code is 'Name in data.';
comment on column private.occupations.label is 'Name for people.';
comment on column private.occupations."group" is 'Major group of the Standard Occupational Classification (2018); 00 is any.';
comment on column private.occupations.version is 'Version of the list.';

create table private.job_occupations (
  job_id uuid primary key references public.jobs on delete cascade,
  occupation text,
  likeness double precision not null,
  content_hash text not null,
  version text not null
);
comment on table private.job_occupations is 'The occupation that each job''s title names.';
comment on column private.job_occupations.job_id is 'The job.';
comment on column private.job_occupations.occupation is 'Code of the occupation; null where no title of the list is like enough.';
comment on column private.job_occupations.likeness is 'Likeness of the likest title of the list, 0 to 1.';
comment on column private.job_occupations.content_hash is 'The job''s content hash when it was looked at.';
comment on column private.job_occupations.version is 'Version of the list.';
create index job_occupations_occupation on private.job_occupations (occupation);
