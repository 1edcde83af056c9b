-- What near-duplicate search keeps of a job's text, so that a new day is compared with the open jobs without reading
-- their texts again. Losing a row costs time, never correctness.
create table private.job_signatures (
  job_id uuid primary key references public.jobs on delete cascade,
  version integer not null,
  signature bytea not null check (octet_length(signature) = 256)
);
alter table private.job_signatures alter column signature set storage plain;
comment on table private.job_signatures is 'MinHash signature of a job''s description.';
comment on column private.job_signatures.job_id is 'The job.';
comment on column private.job_signatures.version is 'Version of the way signatures are made; others are made anew from the text.';
comment on column private.job_signatures.signature is '64 minima, four bytes each, least byte first.';
revoke all on private.job_signatures from public, anon, authenticated;
grant select, insert, update, delete on private.job_signatures to service_role;
