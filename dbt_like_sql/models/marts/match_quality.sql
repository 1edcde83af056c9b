/*
owner: team:data
description: How good the day's matches are and how often the scorer lacked something. One row a day and scorer version.
columns:
  day: date, Day on which the younger side of the pair arrived.
  scorer_version: text, Version that scored.
  matches: bigint, Matches kept.
  resumes: bigint, Résumés with a match of that day.
  jobs: bigint, Jobs matched.
  lower_quartile: double precision, A quarter scores less.
  median: double precision, Half scores less.
  upper_quartile: double precision, A quarter scores more.
  best: double precision, Highest score.
  abstained: double precision, Share of matches in which some component lacked its inputs.
  without_skill: double precision, Share of matches without a single skill in common.
tests:
  - not_null: [day, scorer_version, matches, median]
  - unique: [day, scorer_version]
  - range: {median: [0, 1], best: [0, 1], abstained: [0, 1], without_skill: [0, 1]}
*/
{{ config(materialized='table', unique_key=['day', 'scorer_version']) }}
select
  matched_on as day,
  scorer_version,
  count(*) as matches,
  count(distinct resume_id) as resumes,
  count(distinct job_id) as jobs,
  percentile_cont(0.25) within group (order by score) as lower_quartile,
  percentile_cont(0.5) within group (order by score) as median,
  percentile_cont(0.75) within group (order by score) as upper_quartile,
  max(score) as best,
  avg((cardinality(abstained) > 0)::int)::double precision as abstained,
  avg((jsonb_array_length(matched_skills) = 0)::int)::double precision as without_skill
from {{ source('public', 'job_matches') }}
group by matched_on, scorer_version
