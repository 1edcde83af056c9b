/*
owner: team:data
description: How often each skill is asked for within an occupation, by week and country, and how that changed. One row a week, country, occupation and skill.
columns:
  week: date, Monday of the week in which the ads were first seen.
  country: text, ISO 3166-1 alpha-2; ?? where the ad names no country.
  occupation: text, Code of the occupation; ads whose title names none are in skill_demand only.
  label: text, The occupation's name.
  skill_id: text, The skill.
  skill: text, The skill's preferred label.
  jobs: bigint, Ads of the occupation that name it.
  required: bigint, Ads that require it.
  share: double precision, Share of the occupation's ads of that week and country that name it.
  growth: double precision, Change of the share against the week before, as a factor; null without a week before.
tests:
  - not_null: [week, country, occupation, label, skill_id, skill, jobs, share]
  - unique: [week, country, occupation, skill_id]
  - range: {share: [0, 1], growth: [0, null]}
*/
{{ config(materialized='table', unique_key=['week', 'country', 'occupation', 'skill_id']) }}
with totals as (
  select week, country, occupation, min(label) as label, count(*) as jobs
  from {{ ref('stg_job_occupations') }}
  where occupation is not null
  group by week, country, occupation
),
counted as (
  select
    o.week,
    o.country,
    o.occupation,
    k.skill_id,
    min(k.skill) as skill,
    count(*) as jobs,
    count(*) filter (where k.requirement = 'required') as required
  from {{ ref('stg_job_occupations') }} as o
  inner join {{ ref('stg_job_skills') }} as k on k.job_id = o.job_id
  where o.occupation is not null and k.requirement <> 'excluded'
  group by o.week, o.country, o.occupation, k.skill_id
),
shares as (
  select c.*, t.label, c.jobs::double precision / t.jobs as share
  from counted as c
  inner join totals as t on t.week = c.week and t.country = c.country and t.occupation = c.occupation
)
select
  week,
  country,
  occupation,
  label,
  skill_id,
  skill,
  jobs,
  required,
  share,
  case when lag(week) over past = week - 7 then share / lag(share) over past end as growth
from shares
window past as (partition by country, occupation, skill_id order by week)
