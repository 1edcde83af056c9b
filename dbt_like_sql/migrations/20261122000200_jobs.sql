-- Jobs, skills and what each job asks for. Columns are those of jobmatch_dagster/tables.py, in its order.

create table public.jobs (
  id uuid not null,
  board text not null,
  external_id text not null,
  url text,
  apply_url text,
  title text not null,
  company text not null,
  description text,
  location text,
  city text,
  region text,
  country text,
  places jsonb,
  remote text,
  remote_scope text,
  salary_range text,
  salary_min double precision,
  salary_max double precision,
  salary_currency text,
  salary_period text,
  salary_gross boolean,
  salary_annual_min double precision,
  salary_annual_max double precision,
  employment_type text,
  seniority text,
  min_years_experience double precision,
  education text,
  language text,
  language_confidence double precision,
  posted_on date,
  valid_until date,
  first_seen_on date not null,
  last_seen_on date not null,
  closed_on date,
  content_hash text not null,
  duplicate_of uuid,
  group_id uuid,
  evidence jsonb,
  issues jsonb,
  primary key (id),
  unique (board, external_id),
  foreign key (duplicate_of) references public.jobs on delete set null,
  check (first_seen_on <= last_seen_on)
) with (fillfactor = 85);

comment on table public.jobs is 'A posting after cleaning: one row per board and external id.';
comment on column public.jobs.id is 'uuid5 of board and external id.';
comment on column public.jobs.board is 'Source of the posting.';
comment on column public.jobs.external_id is 'The board''s own id.';
comment on column public.jobs.url is 'Page of the posting.';
comment on column public.jobs.apply_url is 'Where to apply.';
comment on column public.jobs.title is 'Job title.';
comment on column public.jobs.company is 'Employer.';
comment on column public.jobs.description is 'Readable plain text with paragraphs and bullets.';
comment on column public.jobs.location is 'Place as written.';
comment on column public.jobs.city is 'City of the first place.';
comment on column public.jobs.region is 'State or region of the first place.';
comment on column public.jobs.country is 'ISO 3166-1 alpha-2.';
comment on column public.jobs.places is 'All places: [{city, region, country, lat, lon}].';
comment on column public.jobs.remote is 'onsite, hybrid or remote.';
comment on column public.jobs.remote_scope is 'Where a remote worker may live, e.g. US, EU, EMEA.';
comment on column public.jobs.salary_range is 'Salary as written.';
comment on column public.jobs.salary_min is 'Lower end, as written.';
comment on column public.jobs.salary_max is 'Upper end, as written.';
comment on column public.jobs.salary_currency is 'ISO 4217.';
comment on column public.jobs.salary_period is 'hour, day, week, month or year.';
comment on column public.jobs.salary_gross is 'True gross, false net, null not said.';
comment on column public.jobs.salary_annual_min is 'Lower end, per year, same currency.';
comment on column public.jobs.salary_annual_max is 'Upper end, per year, same currency.';
comment on column public.jobs.employment_type is 'full_time, part_time, contract, temporary, internship, volunteer or other.';
comment on column public.jobs.seniority is 'intern, junior, mid, senior, lead, manager, director or executive.';
comment on column public.jobs.min_years_experience is 'Least years of experience asked for.';
comment on column public.jobs.education is 'Least degree asked for: secondary, vocational, bachelor, master or doctorate.';
comment on column public.jobs.language is 'ISO 639-1 of the ad''s text.';
comment on column public.jobs.language_confidence is '0 to 1.';
comment on column public.jobs.posted_on is 'Day the ad was posted.';
comment on column public.jobs.valid_until is 'Last day to apply.';
comment on column public.jobs.first_seen_on is 'Day we first saw it.';
comment on column public.jobs.last_seen_on is 'Day we last saw it.';
comment on column public.jobs.closed_on is 'Day it was found gone.';
comment on column public.jobs.content_hash is 'Hash of what matching depends on.';
comment on column public.jobs.duplicate_of is 'Canonical job of the same ad, or null.';
comment on column public.jobs.group_id is 'Same for one ad in several cities.';
comment on column public.jobs.evidence is 'Per field: where its value was read ({field: [start, end]} or a source name).';
comment on column public.jobs.issues is 'What was rejected or looks wrong, with the reason.';

-- last_seen_on changes every day and is in no index, so that seeing a job again rewrites no index entry.
create index jobs_first_seen_on_idx on public.jobs (first_seen_on);
create index jobs_closed_on_idx on public.jobs (closed_on) where closed_on is not null;
create index jobs_open_idx on public.jobs (country, first_seen_on desc) where closed_on is null;
create index jobs_duplicate_of_idx on public.jobs (duplicate_of) where duplicate_of is not null;
create index jobs_group_id_idx on public.jobs (group_id) where group_id is not null;

create table public.skills (
  id text not null,
  label text not null,
  kind text not null,
  esco_uri text,
  broader text[],
  taxonomy_version text not null,
  primary key (id)
);

comment on table public.skills is 'A concept of the taxonomy.';
comment on column public.skills.id is 'Stable id: esco:<uuid> or jm:<slug>.';
comment on column public.skills.label is 'Preferred label.';
comment on column public.skills.kind is 'skill, knowledge, tool, language, licence, certificate or method.';
comment on column public.skills.esco_uri is 'URI of the ESCO concept.';
comment on column public.skills.broader is 'Ids of broader skills.';
comment on column public.skills.taxonomy_version is 'Version of the taxonomy that has it.';

create table public.job_skills (
  job_id uuid not null,
  skill_id text not null,
  requirement text not null,
  years double precision,
  level text,
  section text,
  surface text not null,
  evidence integer[] not null,
  weight double precision not null,
  primary key (job_id, skill_id),
  foreign key (job_id) references public.jobs on delete cascade,
  foreign key (skill_id) references public.skills on delete cascade,
  check (requirement in ('required', 'preferred', 'mentioned', 'excluded')),
  check (weight between 0 and 1)
);

comment on table public.job_skills is 'What a job asks for.';
comment on column public.job_skills.job_id is 'The job.';
comment on column public.job_skills.skill_id is 'The skill.';
comment on column public.job_skills.requirement is 'required, preferred, mentioned or excluded.';
comment on column public.job_skills.years is 'Years asked for.';
comment on column public.job_skills.level is 'Level asked for, as a word.';
comment on column public.job_skills.section is 'Section of the ad it stands in.';
comment on column public.job_skills.surface is 'The words that name it, from the strongest mention.';
comment on column public.job_skills.evidence is 'Offsets start, end, start, end … into description (negative: into the title, as ~offset).';
comment on column public.job_skills.weight is 'Importance within the ad, 0 to 1.';

create index job_skills_skill_id_idx on public.job_skills (skill_id);
