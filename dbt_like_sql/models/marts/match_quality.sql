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
  l.matched_on as day,
  l.scorer_version,
  count(*) as matches,
  count(distinct l.resume_id) as resumes,
  count(distinct m.job_id) as jobs,
  percentile_cont(0.25) within group (order by m.score) as lower_quartile,
  percentile_cont(0.5) within group (order by m.score) as median,
  percentile_cont(0.75) within group (order by m.score) as upper_quartile,
  max(m.score) as best,
  -- Counted in the numbers that are kept, since putting each match into words takes a hundred times as long.
  avg((m.judged < w.everything)::int)::double precision as abstained,
  avg((m.ends - coalesce(l.ends[m.place - 1], 0) = w.without_skill)::int)::double precision as without_skill
from {{ source('matching', 'lists') }} as l
inner join (
  select
    version,
    (1 << jsonb_array_length(words -> 'components')) - 1 as everything,
    4 * jsonb_array_length(words -> 'components') as without_skill
  from {{ source('matching', 'wording') }}
) as w on w.version = l.scorer_version
cross join lateral unnest(l.job_ids, l.scores, l.judged, l.ends)
  with ordinality as m (job_id, score, judged, ends, place)
group by l.matched_on, l.scorer_version
