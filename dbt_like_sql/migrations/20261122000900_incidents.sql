-- What the team is told about, and what the stages reported: both without personal data.

create table private.incidents (
  id bigint generated always as identity primary key,
  key text not null,
  kind text not null check (kind in ('run_failed', 'check_failed', 'board_blocked', 'sensor_silent', 'test')),
  sentence text not null,
  remedy text not null,
  opened_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  times integer not null default 1,
  told_at timestamptz,
  closed_at timestamptz
);
create unique index incidents_open_key on private.incidents (key) where closed_at is null;
create index incidents_opened_at_idx on private.incidents (opened_at);
comment on table private.incidents is 'What went wrong and whether somebody was told; one open row an incident, so one message an incident.';
comment on column private.incidents.id is 'Order of opening.';
comment on column private.incidents.key is 'What the incident is about; the same trouble has the same key.';
comment on column private.incidents.kind is 'run_failed, check_failed, board_blocked, sensor_silent or test.';
comment on column private.incidents.sentence is 'What happened.';
comment on column private.incidents.remedy is 'What to do.';
comment on column private.incidents.opened_at is 'When it was first seen.';
comment on column private.incidents.last_seen_at is 'When it was last seen.';
comment on column private.incidents.times is 'How often it was seen.';
comment on column private.incidents.told_at is 'When the message went out; null while nobody was told.';
comment on column private.incidents.closed_at is 'When it was over.';

create table private.stage_runs (
  id bigint generated always as identity primary key,
  stage text not null,
  day date not null,
  run_id text,
  status text not null,
  changed bigint not null,
  counts jsonb not null,
  seconds double precision not null,
  ended_at timestamptz not null default now()
);
create index stage_runs_day_idx on private.stage_runs (day, stage, ended_at desc);
comment on table private.stage_runs is 'What a stage reported each time it ran on a day.';
comment on column private.stage_runs.id is 'Order of writing.';
comment on column private.stage_runs.stage is 'The asset.';
comment on column private.stage_runs.day is 'The day''s partition.';
comment on column private.stage_runs.run_id is 'The Dagster run.';
comment on column private.stage_runs.status is 'How it ended.';
comment on column private.stage_runs.changed is 'Rows inserted, updated or deleted.';
comment on column private.stage_runs.counts is 'What went in and came out, by name.';
comment on column private.stage_runs.seconds is 'Wall seconds of the stage.';
comment on column private.stage_runs.ended_at is 'When it ended.';
