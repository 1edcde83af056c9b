/*
owner: team:data
description: How each board did on each day, from request to clean job. One row a board and day.
columns:
  day: date, The day's partition.
  board: text, The board.
  status: text, How the scrape ended; imported where the postings came from files.
  reason: text, Why it is not simply succeeded.
  pages: integer, Pages fetched.
  postings: bigint, Raw postings kept.
  jobs: bigint, Clean jobs seen that day.
  new_jobs: bigint, Jobs seen for the first time.
  duplicates: bigint, New jobs that are the same ad as another.
  rejected: bigint, Postings or pages that could not be read.
  retries: integer, Requests tried again.
  blocked: integer, Requests that the board refused.
  success_rate: double precision, Share of requests that delivered.
  seconds: double precision, How long the scrape took.
  with_salary: double precision, Share of new jobs with a salary.
  with_country: double precision, Share of new jobs with a country.
  with_text: double precision, Share of the day's postings with a description.
  usual_postings: double precision, Median of the board's postings on the seven delivering days before.
tests:
  - not_null: [day, board, status, postings]
  - unique: [day, board]
  - range: {success_rate: [0, 1], with_salary: [0, 1], with_country: [0, 1], with_text: [0, 1]}
*/
{{ config(materialized='table', unique_key=['day', 'board']) }}
with raw as (
  select
    day,
    board,
    postings,
    jobs,
    coalesce((fields ->> 'description_html')::double precision, 0) / postings as with_text
  from {{ ref('stg_board_days') }}
),
new_jobs as (
  select
    first_seen_on as day,
    board,
    count(*) as new_jobs,
    count(*) filter (where is_duplicate) as duplicates,
    avg((salary_annual is not null)::int)::double precision as with_salary,
    avg((country is not null)::int)::double precision as with_country
  from {{ ref('stg_jobs') }}
  group by first_seen_on, board
),
rejected as (
  select day, split_part(stage, '/', 2) as board, count(*) as rejected
  from {{ source('private', 'rejected') }}
  where stage like 'raw_postings/%'
  group by day, split_part(stage, '/', 2)
),
days as (
  select day, board from raw
  union
  select day, board from {{ ref('stg_scrape_runs') }}
)
select
  d.day,
  d.board,
  coalesce(s.status, 'imported') as status,
  s.reason,
  s.pages,
  coalesce(raw.postings, 0) as postings,
  coalesce(raw.jobs, 0) as jobs,
  coalesce(n.new_jobs, 0) as new_jobs,
  coalesce(n.duplicates, 0) as duplicates,
  coalesce(x.rejected, 0) as rejected,
  s.retries,
  s.blocked,
  s.success_rate,
  s.seconds,
  n.with_salary,
  n.with_country,
  raw.with_text,
  (
    select percentile_cont(0.5) within group (order by p.postings)
    from (
      select r.postings from raw as r
      where r.board = d.board and r.day < d.day
      order by r.day desc limit 7
    ) as p
  ) as usual_postings
from days as d
left join raw on raw.day = d.day and raw.board = d.board
left join {{ ref('stg_scrape_runs') }} as s on s.day = d.day and s.board = d.board
left join new_jobs as n on n.day = d.day and n.board = d.board
left join rejected as x on x.day = d.day and x.board = d.board
