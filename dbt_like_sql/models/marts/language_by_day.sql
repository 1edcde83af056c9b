/*
owner: team:data
description: In which languages new jobs are written, by day and board. Jobs whose language is not sure have their own row.
columns:
  day: date, Day the jobs were first seen.
  board: text, The board.
  language: text, ISO 639-1; ?? where it is not sure.
  jobs: bigint, Number of jobs.
tests:
  - not_null: [day, board, language, jobs]
  - unique: [day, board, language]
*/
{{ config(materialized='table', unique_key=['day', 'board', 'language']) }}
select first_seen_on as day, board, coalesce(language, '??') as language, count(*) as jobs
from {{ ref('stg_jobs') }}
group by first_seen_on, board, coalesce(language, '??')
