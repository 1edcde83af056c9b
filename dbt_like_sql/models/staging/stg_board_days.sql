/*
owner: team:data
description: What each board delivered on each day, counted from the raw postings. One row a board and day; only the days of a run are counted again.
columns:
  day: date, The day's partition.
  board: text, The board.
  postings: bigint, Raw postings kept.
  jobs: bigint, Those that became a job.
  fields: jsonb, Per field, how many of the postings have it.
tests:
  - not_null: [day, board, postings, jobs, fields]
  - unique: [day, board]
  - range: {postings: [1, null]}
*/
{{ config(materialized='incremental', unique_key=['day', 'board'], meta={'partition_column': 'day'}) }}
with counted as (
  select r.scraped_on as day, r.board, count(*) as postings, count(j.id) as jobs
  from {{ source('raw', 'postings') }} as r
  left join {{ source('public', 'jobs') }} as j on j.board = r.board and j.external_id = r.external_id
  {% if is_incremental() and var('days', '') %}
  where r.scraped_on = any('{{ var("days") }}'::date[])
  {% endif %}
  group by r.scraped_on, r.board
),
filled as (
  select p.scraped_on as day, p.board, f.key as field, count(*) as postings
  from {{ source('raw', 'postings') }} as p
  cross join lateral jsonb_each(p.payload) as f (key, value)
  where f.value not in ('""', '[]', '{}', 'null')
  {% if is_incremental() and var('days', '') %}
    and p.scraped_on = any('{{ var("days") }}'::date[])
  {% endif %}
  group by p.scraped_on, p.board, f.key
)
select
  c.day,
  c.board,
  c.postings,
  c.jobs,
  coalesce((
    select jsonb_object_agg(f.field, f.postings) from filled as f where f.day = c.day and f.board = c.board
  ), '{}') as fields
from counted as c
