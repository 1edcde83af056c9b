/*
owner: team:data
description: One row a board and day, its last scrape run of that day that ended, one that was skipped only where there is no other; without one, the last import.
columns:
  board: text, The board.
  day: date, The day's partition.
  status: text, How the run ended; imported where the postings came from files.
  reason: text, Why it is not simply succeeded.
  pages: integer, Pages fetched.
  postings: integer, Postings delivered.
  retries: integer, Requests tried again.
  blocked: integer, Requests that the board refused.
  bytes: bigint, Bytes fetched.
  success_rate: double precision, Share of requests that delivered.
  seconds: double precision, How long it took.
  fill_rates: jsonb, Per field, the share of postings that have it.
tests:
  - not_null: [board, day, status]
  - unique: [board, day]
*/
{{ config(materialized='view') }}
select distinct on (board, day)
  board,
  day,
  case when kind = 'import' then 'imported' else status end as status,
  reason,
  pages,
  postings,
  retries,
  blocked,
  bytes,
  success_rate,
  extract(epoch from ended_at - started_at)::double precision as seconds,
  fill_rates
from {{ source('private', 'scrape_runs') }}
where ended_at is not null
order by board, day, kind = 'scrape' desc, status = 'skipped', started_at desc
