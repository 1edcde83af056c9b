/*
owner: team:data
description: What each search brings, to see which to drop and which to widen. One row a search, also those that never found anything.
columns:
  search_id: uuid, The search.
  board: text, The board that is asked.
  keywords: text, Words that it asks for.
  place: text, Place that it asks for.
  organisation: text, Employer that it asks for.
  enabled: boolean, Whether the daily schedule asks it.
  days: bigint, Days on which it delivered.
  postings: bigint, Postings it delivered over all days.
  postings_a_day: double precision, Postings on a delivering day.
  jobs: bigint, Different jobs that it found.
  new_ads: bigint, Of them, ads that no other posting had brought before.
  last_delivered_on: date, Last day on which it delivered.
tests:
  - not_null: [search_id, board, days, postings, jobs, new_ads]
  - unique: search_id
*/
{{ config(materialized='table', unique_key='search_id') }}
with delivered as (
  select
    p.search_id,
    count(distinct p.scraped_on) as days,
    count(*) as postings,
    count(distinct j.job_id) as jobs,
    count(distinct j.job_id) filter (where not j.is_duplicate and j.first_seen_on = p.scraped_on) as new_ads,
    max(p.scraped_on) as last_delivered_on
  from {{ source('raw', 'postings') }} as p
  left join {{ source('public', 'jobs') }} as i on i.board = p.board and i.external_id = p.external_id
  left join {{ ref('stg_jobs') }} as j on j.job_id = i.id
  where p.search_id is not null
  group by p.search_id
)
select
  s.id as search_id,
  s.board,
  s.keywords,
  s.place,
  s.organisation,
  s.enabled,
  coalesce(d.days, 0) as days,
  coalesce(d.postings, 0) as postings,
  d.postings::double precision / d.days as postings_a_day,
  coalesce(d.jobs, 0) as jobs,
  coalesce(d.new_ads, 0) as new_ads,
  d.last_delivered_on
from {{ source('private', 'searches') }} as s
left join delivered as d on d.search_id = s.id
