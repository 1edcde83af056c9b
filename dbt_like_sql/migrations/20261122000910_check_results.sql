-- The verdicts of checks by day, so that a failing one can say since when, and the day's report can list them.

create table private.check_results (
  asset text not null,
  name text not null,
  day date not null,
  subject text not null default '',
  passed boolean not null,
  blocking boolean not null,
  sentence text not null,
  checked_at timestamptz not null default now(),
  primary key (asset, name, day, subject)
);
create index check_results_failed_idx on private.check_results (day) where not passed;
comment on table private.check_results is 'The last verdict of each check on each day, without personal data.';
comment on column private.check_results.asset is 'The table that was checked.';
comment on column private.check_results.name is 'The check.';
comment on column private.check_results.day is 'The day''s partition.';
comment on column private.check_results.subject is 'What of the table, such as a board; empty for all of it.';
comment on column private.check_results.passed is 'Whether it holds.';
comment on column private.check_results.blocking is 'Whether nothing downstream runs when it fails.';
comment on column private.check_results.sentence is 'What holds, or what happened and what to do.';
comment on column private.check_results.checked_at is 'When it was last evaluated.';
