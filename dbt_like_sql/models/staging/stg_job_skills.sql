/*
owner: team:data
description: One row a job and a skill that it asks for or mentions, with the skill's name. Jobs that are duplicates are left out.
columns:
  job_id: uuid, The job.
  skill_id: text, The skill.
  skill: text, The skill's preferred label.
  kind: text, Kind of skill.
  requirement: text, required, preferred, mentioned or excluded.
  country: text, Country of the job.
  salary_currency: text, Currency of the job's salary.
  salary_annual: double precision, Middle of the job's salary per year.
  first_seen_on: date, Day the job was first seen.
  posted_week: date, Monday of the week the job was first seen.
tests:
  - not_null: [job_id, skill_id, skill, requirement]
  - unique: [job_id, skill_id]
*/
{{ config(materialized='view') }}
select
  k.job_id,
  k.skill_id,
  s.label as skill,
  s.kind,
  k.requirement,
  j.country,
  j.salary_currency,
  j.salary_annual,
  j.first_seen_on,
  date_trunc('week', j.first_seen_on)::date as posted_week
from {{ source('public', 'job_skills') }} as k
inner join {{ source('public', 'skills') }} as s on k.skill_id = s.id
inner join {{ ref('stg_jobs') }} as j on k.job_id = j.job_id
where not j.is_duplicate
