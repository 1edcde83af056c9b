/*
owner: team:data
description: What jobs that name a skill pay in a country, per year, in the currency they are written in. Fewer than five salaries are not shown.
columns:
  skill_id: text, The skill.
  skill: text, The skill's preferred label.
  country: text, ISO 3166-1 alpha-2.
  currency: text, ISO 4217.
  salaries: bigint, Number of jobs with a salary.
  lower_quartile: double precision, A quarter pays less.
  median: double precision, Half pays less.
  upper_quartile: double precision, A quarter pays more.
tests:
  - not_null: [skill_id, country, currency, salaries, median]
  - unique: [skill_id, country, currency]
  - range: {salaries: [5, null]}
*/
{{ config(materialized='table', unique_key=['skill_id', 'country', 'currency']) }}
select
  skill_id,
  min(skill) as skill,
  country,
  salary_currency as currency,
  count(*) as salaries,
  percentile_cont(0.25) within group (order by salary_annual) as lower_quartile,
  percentile_cont(0.5) within group (order by salary_annual) as median,
  percentile_cont(0.75) within group (order by salary_annual) as upper_quartile
from {{ ref('stg_job_skills') }}
where salary_annual is not null and salary_currency is not null and country is not null and requirement <> 'excluded'
group by skill_id, country, salary_currency
having count(*) >= {{ var('fewest_salaries', 5) }}
