/*
owner: team:data
description: One row a job as analysts need it, without the long texts; duplicates and closed jobs are marked, not left out.
columns:
  job_id: uuid, The job.
  board: text, Source of the posting.
  title: text, Job title.
  company: text, Employer.
  city: text, City of the first place.
  region: text, State or region of the first place.
  country: text, ISO 3166-1 alpha-2.
  remote: text, onsite, hybrid or remote.
  seniority: text, Seniority.
  employment_type: text, Employment type.
  language: text, ISO 639-1 of the ad.
  salary_currency: text, ISO 4217.
  salary_annual_min: double precision, Lower end per year.
  salary_annual_max: double precision, Upper end per year.
  salary_annual: double precision, Middle of the salary per year; the end that is known where only one is.
  posted_on: date, Day the ad was posted.
  first_seen_on: date, Day we first saw it.
  last_seen_on: date, Day we last saw it.
  closed_on: date, Day it was found gone.
  is_duplicate: boolean, Another job of ours is the same ad.
  ad_id: uuid, Same for all jobs that are one ad, on whatever board; it is the id of the first.
tests:
  - not_null: [job_id, board, title, company, first_seen_on, ad_id]
  - unique: job_id
  - accepted_values: {remote: [onsite, hybrid, remote]}
*/
{{ config(materialized='view') }}
select
  id as job_id,
  board,
  title,
  company,
  city,
  region,
  country,
  remote,
  seniority,
  employment_type,
  language,
  salary_currency,
  salary_annual_min,
  salary_annual_max,
  (coalesce(salary_annual_min, salary_annual_max) + coalesce(salary_annual_max, salary_annual_min)) / 2 as salary_annual,
  posted_on,
  first_seen_on,
  last_seen_on,
  closed_on,
  duplicate_of is not null as is_duplicate,
  coalesce(duplicate_of, id) as ad_id
from {{ source('public', 'jobs') }}
