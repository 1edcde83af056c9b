/*
owner: team:data
description: What jobs pay in a country and in its cities, per year, in the currency they are written in. Fewer than five salaries are not shown.
columns:
  country: text, ISO 3166-1 alpha-2.
  city: text, The city; empty for the whole country.
  currency: text, ISO 4217.
  salaries: bigint, Number of ads with a salary.
  lower_quartile: double precision, A quarter pays less.
  median: double precision, Half pays less.
  upper_quartile: double precision, A quarter pays more.
tests:
  - not_null: [country, city, currency, salaries, median]
  - unique: [country, city, currency]
  - range: {salaries: [5, null]}
*/
{{ config(materialized='table', unique_key=['country', 'city', 'currency']) }}
select
  country,
  coalesce(city, '') as city,
  salary_currency as currency,
  count(*) as salaries,
  percentile_cont(0.25) within group (order by salary_annual) as lower_quartile,
  percentile_cont(0.5) within group (order by salary_annual) as median,
  percentile_cont(0.75) within group (order by salary_annual) as upper_quartile
from {{ ref('stg_jobs') }}
where salary_annual is not null and salary_currency is not null and country is not null and not is_duplicate
group by grouping sets ((country, salary_currency), (country, city, salary_currency))
having count(*) >= {{ var('fewest_salaries', 5) }} and (grouping(city) = 1 or city is not null)
