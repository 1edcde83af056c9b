/*
owner: team:data
description: How often each skill is asked for, by week and country, and how that changed. One row a week, country and skill.
columns:
  week: date, Monday of the week in which the jobs were first seen.
  country: text, ISO 3166-1 alpha-2; ?? where the job names no country.
  skill_id: text, The skill.
  skill: text, The skill's preferred label.
  kind: text, Kind of skill.
  jobs: bigint, Jobs that name it.
  required: bigint, Jobs that require it.
  preferred: bigint, Jobs that would like it.
  share: double precision, Share of the week's jobs in that country that name it.
  growth: double precision, Change of the share against the week before, as a factor; null without a week before.
tests:
  - not_null: [week, country, skill_id, skill, jobs]
  - unique: [week, country, skill_id]
  - range: {share: [0, 1]}
*/
{{ config(materialized='table', unique_key=['week', 'country', 'skill_id']) }}
with totals as (
  select
    date_trunc('week', first_seen_on)::date as week,
    coalesce(country, '??') as country,
    count(*) as jobs
  from {{ ref('stg_jobs') }}
  where not is_duplicate
  group by date_trunc('week', first_seen_on)::date, coalesce(country, '??')
),
counted as (
  select
    posted_week as week,
    coalesce(country, '??') as country,
    skill_id,
    min(skill) as skill,
    min(kind) as kind,
    count(*) as jobs,
    count(*) filter (where requirement = 'required') as required,
    count(*) filter (where requirement = 'preferred') as preferred
  from {{ ref('stg_job_skills') }}
  where requirement <> 'excluded'
  group by posted_week, coalesce(country, '??'), skill_id
),
shares as (
  select c.*, c.jobs::double precision / t.jobs as share
  from counted as c
  inner join totals as t on c.week = t.week and c.country = t.country
)
select
  week,
  country,
  skill_id,
  skill,
  kind,
  jobs,
  required,
  preferred,
  share,
  case when lag(week) over past = week - 7 then share / lag(share) over past end as growth
from shares
window past as (partition by country, skill_id order by week)
