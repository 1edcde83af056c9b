/*
owner: team:data
description: How many matches have which score, by day and scorer version. One row for each twentieth of the scale that has any.
columns:
  day: date, Day on which the younger side of the pair arrived.
  scorer_version: text, Version that scored.
  score_from: double precision, Lower end of the twentieth.
  matches: bigint, Matches kept with such a score.
tests:
  - not_null: [day, scorer_version, score_from, matches]
  - unique: [day, scorer_version, score_from]
  - range: {score_from: [0, 0.95], matches: [1, null]}
*/
{{ config(materialized='table', unique_key=['day', 'scorer_version', 'score_from']) }}
select
  matched_on as day,
  scorer_version,
  least(floor(score * 20), 19) / 20 as score_from,
  count(*) as matches
from {{ source('public', 'job_matches') }}
group by matched_on, scorer_version, least(floor(score * 20), 19) / 20
