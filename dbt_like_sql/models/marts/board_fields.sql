/*
owner: team:data
description: Which share of a board's postings has each field, day by day, beside what is usual for that board. A share that falls says that the board changed its pages.
columns:
  day: date, The day's partition.
  board: text, The board.
  field: text, Field of the posting.
  postings: bigint, The board's postings of the day.
  share: double precision, Share of them that have the field.
  usual_share: double precision, Median of the share on the seven delivering days before; null on the first.
tests:
  - not_null: [day, board, field, postings, share]
  - unique: [day, board, field]
  - range: {share: [0, 1], usual_share: [0, 1]}
*/
{{ config(materialized='table', unique_key=['day', 'board', 'field']) }}
with known as (
  select distinct d.board, f.field
  from {{ ref('stg_board_days') }} as d
  cross join lateral jsonb_object_keys(d.fields) as f (field)
),
shares as (
  select
    d.day,
    d.board,
    k.field,
    d.postings,
    coalesce((d.fields ->> k.field)::double precision, 0) / d.postings as share,
    row_number() over (partition by d.board, k.field order by d.day) as place
  from {{ ref('stg_board_days') }} as d
  inner join known as k on k.board = d.board
)
select
  s.day,
  s.board,
  s.field,
  s.postings,
  s.share,
  percentile_cont(0.5) within group (order by b.share) as usual_share
from shares as s
left join shares as b on b.board = s.board and b.field = s.field and b.place between s.place - 7 and s.place - 1
group by s.day, s.board, s.field, s.postings, s.share
