/*
owner: team:data
description: What scoring did on each day, with the pairs that a veto kept out of the ranking. One row a day, its last run that scored anything.
columns:
  day: date, The day's partition.
  ended_at: timestamp with time zone, When the run ended.
  new_jobs: bigint, Jobs that were new to the scorer.
  new_resumes: bigint, Résumés that were new to the scorer.
  pairs: bigint, Pairs scored.
  vetoed: bigint, Pairs kept out by a veto.
  veto_share: double precision, Share of the pairs that were kept out.
  seconds: double precision, How long it took.
tests:
  - not_null: [day, pairs, vetoed]
  - unique: day
  - range: {veto_share: [0, 1]}
*/
{{ config(materialized='view') }}
select distinct on (day)
  day,
  ended_at,
  (counts ->> 'new jobs')::numeric::bigint as new_jobs,
  (counts ->> 'new resumes')::numeric::bigint as new_resumes,
  (counts ->> 'pairs scored')::numeric::bigint as pairs,
  (counts ->> 'pairs vetoed')::numeric::bigint as vetoed,
  (counts ->> 'pairs vetoed')::double precision / (counts ->> 'pairs scored')::numeric::bigint as veto_share,
  seconds
from {{ source('private', 'stage_runs') }}
where stage = 'match_scores' and (counts ->> 'pairs scored')::numeric::bigint > 0
order by day, ended_at desc
