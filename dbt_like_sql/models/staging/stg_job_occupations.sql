/*
owner: team:data
description: One row a job that is no duplicate, with the occupation that its title names.
columns:
  job_id: uuid, The job.
  occupation: text, Code of the occupation; null where the title names none that is known.
  label: text, The occupation's name for people.
  country: text, ISO 3166-1 alpha-2; ?? where the job names no country.
  week: date, Monday of the week in which the job was first seen.
tests:
  - not_null: [job_id, country, week]
  - unique: job_id
  - relationships: {occupation: private.occupations.code}
*/
{{ config(materialized='view') }}
select
  j.job_id,
  o.occupation,
  n.label,
  coalesce(j.country, '??') as country,
  date_trunc('week', j.first_seen_on)::date as week
from {{ ref('stg_jobs') }} as j
left join {{ source('private', 'job_occupations') }} as o on o.job_id = j.job_id
left join {{ source('private', 'occupations') }} as n on n.code = o.occupation
where not j.is_duplicate
