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
with totals as (
  select matched_on, scorer_version, count(*) as matches
  from {{ source('public', 'job_matches') }}
  group by matched_on, scorer_version
),
abstained as (
  select m.matched_on, m.scorer_version, a.component, count(*) as matches
  from {{ source('public', 'job_matches') }} as m
  cross join lateral unnest(m.abstained) as a (component)
  group by m.matched_on, m.scorer_version, a.component
)
select
  a.matched_on as day,
  a.scorer_version,
  a.component,
  a.matches,
  a.matches::double precision / t.matches as share
from abstained as a
inner join totals as t on t.matched_on = a.matched_on and t.scorer_version = a.scorer_version
