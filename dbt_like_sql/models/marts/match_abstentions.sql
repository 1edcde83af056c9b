/*
owner: team:data
description: Which component of the score lacked its inputs how often, by day and scorer version. Only components that abstained at all have a row.
columns:
  day: date, Day on which the younger side of the pair arrived.
  scorer_version: text, Version that scored.
  component: text, Component of the score.
  matches: bigint, Matches in which it abstained.
  share: double precision, Share of the day's matches.
tests:
  - not_null: [day, scorer_version, component, matches, share]
  - unique: [day, scorer_version, component]
  - range: {share: [0, 1]}
*/
{{ config(materialized='table', unique_key=['day', 'scorer_version', 'component']) }}
with counted as (
  select l.matched_on, l.scorer_version, m.judged, count(*) as matches
  from {{ source('matching', 'lists') }} as l
  cross join lateral unnest(l.judged) as m (judged)
  group by l.matched_on, l.scorer_version, m.judged
),
totals as (
  select matched_on, scorer_version, sum(matches) as matches
  from counted
  group by matched_on, scorer_version
),
abstained as (
  select c.matched_on, c.scorer_version, a.component, sum(c.matches)::bigint as matches
  from counted as c
  inner join {{ source('matching', 'wording') }} as w on w.version = c.scorer_version
  cross join lateral unnest(matching.abstained(c.judged, w.words)) as a (component)
  group by c.matched_on, c.scorer_version, a.component
)
select
  a.matched_on as day,
  a.scorer_version,
  a.component,
  a.matches,
  a.matches::double precision / t.matches::double precision as share
from abstained as a
inner join totals as t on t.matched_on = a.matched_on and t.scorer_version = a.scorer_version
