/*
owner: team:data
description: How long postings stay, by board and week of arrival. Postings of one week are equally old, so "half were gone after" is right even while many are still open.
columns:
  week: date, Monday of the week in which the postings were first seen.
  board: text, The board.
  postings: bigint, Postings that arrived.
  still_open: bigint, Those that the board still shows.
  quarter_gone_after: double precision, Days until a quarter was gone; null while more are open.
  half_gone_after: double precision, Days until half were gone; null while more are open.
  reposts: bigint, Postings of an ad that the same board had shown before.
  repost_rate: double precision, Share of the postings that are reposts.
  ghost_suspects: bigint, Postings whose ad is in ghost_suspects.
tests:
  - not_null: [week, board, postings, still_open, reposts, repost_rate]
  - unique: [week, board]
  - range: {repost_rate: [0, 1], half_gone_after: [0, null]}
*/
{{ config(materialized='table', unique_key=['week', 'board']) }}
with listed as (
  select
    date_trunc('week', j.first_seen_on)::date as week,
    j.board,
    j.closed_on is null as is_open,
    case
      when j.closed_on is null then 'infinity'::double precision
      else j.last_seen_on - j.first_seen_on + 1
    end as days_shown,
    row_number() over (partition by j.board, j.ad_id order by j.first_seen_on, j.job_id) > 1 as is_repost,
    g.ad_id is not null as is_suspect
  from {{ ref('stg_jobs') }} as j
  left join {{ ref('ghost_suspects') }} as g on g.ad_id = j.ad_id
)
select
  week,
  board,
  count(*) as postings,
  count(*) filter (where is_open) as still_open,
  nullif(percentile_disc(0.25) within group (order by days_shown), 'infinity') as quarter_gone_after,
  nullif(percentile_disc(0.5) within group (order by days_shown), 'infinity') as half_gone_after,
  count(*) filter (where is_repost) as reposts,
  avg(is_repost::int)::double precision as repost_rate,
  count(*) filter (where is_suspect) as ghost_suspects
from listed
group by week, board
