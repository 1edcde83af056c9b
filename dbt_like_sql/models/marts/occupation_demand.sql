/*
owner: team:data
description: How many ads there are for each occupation, by week and country, and how that changed. One row a week, country and occupation; ads whose title names none have their own.
columns:
  week: date, Monday of the week in which the ads were first seen.
  country: text, ISO 3166-1 alpha-2; ?? where the ad names no country.
  occupation: text, Code of the occupation; ?? where the title names none that is known.
  label: text, The occupation's name.
  jobs: bigint, Ads.
  share: double precision, Share of the week's ads in that country.
  growth: double precision, Change of the share against the week before, as a factor; null without a week before.
tests:
  - not_null: [week, country, occupation, label, jobs, share]
  - unique: [week, country, occupation]
  - range: {share: [0, 1], growth: [0, null]}
*/
{{ config(materialized='table', unique_key=['week', 'country', 'occupation']) }}
with counted as (
  select
    week,
    country,
    coalesce(occupation, '??') as occupation,
    coalesce(min(label), 'Not known') as label,
    count(*) as jobs
  from {{ ref('stg_job_occupations') }}
  group by week, country, coalesce(occupation, '??')
),
shares as (
  select c.*, c.jobs::double precision / sum(c.jobs) over (partition by c.week, c.country) as share
  from counted as c
)
select
  week,
  country,
  occupation,
  label,
  jobs,
  share,
  case when lag(week) over past = week - 7 then share / lag(share) over past end as growth
from shares
window past as (partition by country, occupation order by week)
