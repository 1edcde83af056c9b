-- What the pipeline keeps for itself: postings as fetched, what is asked of boards, how runs went, what was rejected.
-- None of these schemas is exposed to the API's roles.

create table private.searches (
  id uuid primary key default gen_random_uuid(),
  board text not null,
  keywords text,
  place text,
  country text,
  radius_km double precision check (radius_km >= 0),
  max_age_days integer check (max_age_days > 0),
  remote text check (remote in ('onsite', 'hybrid', 'remote')),
  employment_type text,
  organisation text,
  enabled boolean not null default true,
  max_pages integer check (max_pages > 0),
  created_at timestamptz not null default now(),
  unique nulls not distinct
    (board, keywords, place, country, radius_km, max_age_days, remote, employment_type, organisation)
);
comment on table private.searches is 'What is asked of a board every day.';
comment on column private.searches.id is 'Identity; a posting names the search that found it.';
comment on column private.searches.board is 'The board that is asked.';
comment on column private.searches.keywords is 'Words that the posting should contain.';
comment on column private.searches.place is 'Place as one would type it.';
comment on column private.searches.country is 'ISO 3166-1 alpha-2.';
comment on column private.searches.radius_km is 'Distance from the place, in kilometres.';
comment on column private.searches.max_age_days is 'Oldest posting that is wanted, in days.';
comment on column private.searches.remote is 'onsite, hybrid or remote; null is any.';
comment on column private.searches.employment_type is 'As for jobs; null is any.';
comment on column private.searches.organisation is 'The employer''s name on boards that list one employer at a time.';
comment on column private.searches.enabled is 'Whether the daily schedule asks it.';
comment on column private.searches.max_pages is 'Most pages that are read; null is the setting''s limit.';
comment on column private.searches.created_at is 'When it was added.';

create table raw.postings (
  board text not null,
  external_id text not null,
  scraped_on date not null,
  url text,
  search_id uuid references private.searches on delete set null,
  fetched_at timestamptz,
  payload jsonb not null,
  payload_hash text not null,
  page_ref text,
  primary key (board, external_id, scraped_on)
);
create index postings_scraped_on_board_idx on raw.postings (scraped_on, board);
create index postings_search_id_idx on raw.postings (search_id);
comment on table raw.postings is 'Postings as the boards showed them on a day.';
comment on column raw.postings.board is 'Source of the posting.';
comment on column raw.postings.external_id is 'The board''s own id of the posting.';
comment on column raw.postings.scraped_on is 'The day''s partition.';
comment on column raw.postings.url is 'Page of the posting on the board.';
comment on column raw.postings.search_id is 'The search that found it.';
comment on column raw.postings.fetched_at is 'When the page was fetched.';
comment on column raw.postings.payload is 'The posting''s fields as extracted.';
comment on column raw.postings.payload_hash is 'Hash of the payload; an equal one is not written again.';
comment on column raw.postings.page_ref is 'Where the archived page is: file and row.';

create table private.scrape_runs (
  id uuid primary key default gen_random_uuid(),
  board text not null,
  day date not null,
  dagster_run_id text,
  status text not null check (status in ('queued', 'running', 'partial', 'succeeded', 'skipped', 'failed', 'cancelled')),
  reason text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  pages integer not null default 0,
  postings integer not null default 0,
  retries integer not null default 0,
  blocked integer not null default 0,
  bytes bigint not null default 0,
  postings_per_minute double precision,
  success_rate double precision check (success_rate between 0 and 1),
  warnings jsonb not null default '[]',
  fill_rates jsonb not null default '{}'
);
create index scrape_runs_day_board_idx on private.scrape_runs (day, board, started_at desc);
create index scrape_runs_dagster_run_id_idx on private.scrape_runs (dagster_run_id);
comment on table private.scrape_runs is 'One board on one day: how the run went.';
comment on column private.scrape_runs.id is 'Identity.';
comment on column private.scrape_runs.board is 'The board.';
comment on column private.scrape_runs.day is 'The day''s partition.';
comment on column private.scrape_runs.dagster_run_id is 'The Dagster run that did it.';
comment on column private.scrape_runs.status is 'queued, running, partial, succeeded, skipped, failed or cancelled.';
comment on column private.scrape_runs.reason is 'Why it is not simply succeeded, in one sentence.';
comment on column private.scrape_runs.started_at is 'When it was asked for.';
comment on column private.scrape_runs.ended_at is 'When it ended.';
comment on column private.scrape_runs.pages is 'Pages fetched.';
comment on column private.scrape_runs.postings is 'Postings delivered.';
comment on column private.scrape_runs.retries is 'Requests tried again.';
comment on column private.scrape_runs.blocked is 'Requests that the board refused.';
comment on column private.scrape_runs.bytes is 'Bytes fetched.';
comment on column private.scrape_runs.postings_per_minute is 'Postings a minute.';
comment on column private.scrape_runs.success_rate is 'Share of requests that delivered, 0 to 1.';
comment on column private.scrape_runs.warnings is 'What looked odd, as sentences.';
comment on column private.scrape_runs.fill_rates is 'Per field, the share of postings that have it.';

create table private.rejected (
  stage text not null,
  day date not null,
  subject text not null,
  reason text not null,
  detail jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (stage, day, subject, reason)
);
comment on table private.rejected is 'Inputs that a stage could not read, kept with the reason; a day''s rows are replaced when it runs again.';
comment on column private.rejected.stage is 'The asset that rejected it.';
comment on column private.rejected.day is 'The day''s partition.';
comment on column private.rejected.subject is 'What was rejected: board and id, or a file''s id.';
comment on column private.rejected.reason is 'The rule that was broken, as a short word.';
comment on column private.rejected.detail is 'What helps to mend it, without personal data.';
comment on column private.rejected.created_at is 'When it was rejected.';

create table private.skill_reads (
  content_hash text not null,
  taxonomy_version text not null,
  extractor_version text not null,
  skills jsonb not null,
  read_at timestamptz not null default now(),
  primary key (content_hash, taxonomy_version, extractor_version)
);
comment on table private.skill_reads is 'What the matcher found in a job''s text, so that a text is read once.';
comment on column private.skill_reads.content_hash is 'Hash of the text.';
comment on column private.skill_reads.taxonomy_version is 'Version of the taxonomy.';
comment on column private.skill_reads.extractor_version is 'Version of the matcher.';
comment on column private.skill_reads.skills is 'The job_skills rows, less the job.';
comment on column private.skill_reads.read_at is 'When it was read.';

create table private.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text,
  detail jsonb not null default '{}'
);
create index audit_log_at_idx on private.audit_log (at);
comment on table private.audit_log is 'Who did what, without personal data.';
comment on column private.audit_log.id is 'Order of writing.';
comment on column private.audit_log.at is 'When.';
comment on column private.audit_log.actor is 'Who: a role, a command, or an account''s id.';
comment on column private.audit_log.action is 'What was done.';
comment on column private.audit_log.subject is 'To what: a table, an id.';
comment on column private.audit_log.detail is 'Counts and reasons.';

create table private.erasure_receipts (
  id uuid primary key default gen_random_uuid(),
  erased_at timestamptz not null default now(),
  counts jsonb not null
);
comment on table private.erasure_receipts is 'Proof that a person was erased; it says how much, not who.';
comment on column private.erasure_receipts.id is 'The receipt''s number, which the person is given.';
comment on column private.erasure_receipts.erased_at is 'When.';
comment on column private.erasure_receipts.counts is 'Rows and files removed, per table and bucket.';
