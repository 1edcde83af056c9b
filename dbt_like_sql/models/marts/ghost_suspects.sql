/*
owner: team:data
description: Open ads that may have no job behind them, because they never go away or keep coming back. A suspicion, not a verdict; some employers hire for one role all year.
columns:
  ad_id: uuid, The ad.
  title: text, Job title.
  company: text, Employer.
  boards: text[], Boards that show or showed it.
  first_seen_on: date, Day we first saw it.
  last_seen_on: date, Day we last saw it.
  days_shown: integer, Days from the first to the last.
  times_posted: bigint, Most times that one board had it as a new posting.
  reason: text, never goes away, or keeps coming back.
tests:
  - not_null: [ad_id, title, company, days_shown, times_posted, reason]
  - unique: ad_id
  - accepted_values: {reason: [never goes away, keeps coming back]}
*/
{{ config(materialized='table', unique_key='ad_id') }}
with by_board as (
  select
    ad_id,
    board,
    count(*) as times_posted,
    min(first_seen_on) as first_seen_on,
    max(last_seen_on) as last_seen_on,
    bool_or(closed_on is null) as is_open
  from {{ ref('stg_jobs') }}
  group by ad_id, board
),
ads as (
  select
    ad_id,
    array_agg(board order by board) as boards,
    max(times_posted) as times_posted,
    min(first_seen_on) as first_seen_on,
    max(last_seen_on) as last_seen_on
  from by_board
  group by ad_id
  having bool_or(is_open)
)
select
  a.ad_id,
  j.title,
  j.company,
  a.boards,
  a.first_seen_on,
  a.last_seen_on,
  a.last_seen_on - a.first_seen_on as days_shown,
  a.times_posted,
  case
    when a.times_posted >= {{ var('ghost_reposts', 4) }} then 'keeps coming back'
    else 'never goes away'
  end as reason
from ads as a
inner join {{ ref('stg_jobs') }} as j on j.job_id = a.ad_id
where
  a.times_posted >= {{ var('ghost_reposts', 4) }}
  or a.last_seen_on - a.first_seen_on >= {{ var('ghost_days', 60) }}
