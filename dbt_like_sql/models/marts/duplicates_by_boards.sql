/*
owner: team:data
description: How far two boards show the same ads. One row a pair of boards; a board beside itself counts its ads that came back under a new number.
columns:
  board: text, One board.
  other_board: text, The other, later in the alphabet; the same one for ads that came back.
  shared_ads: bigint, Ads that both have shown.
  share_of_board: double precision, Shared ads as a share of the one board's ads.
  share_of_other: double precision, Shared ads as a share of the other's.
tests:
  - not_null: [board, other_board, shared_ads]
  - unique: [board, other_board]
  - range: {shared_ads: [1, null], share_of_board: [0, 1], share_of_other: [0, 1]}
*/
{{ config(materialized='table', unique_key=['board', 'other_board']) }}
with ads as (
  select board, ad_id, count(*) as times from {{ ref('stg_jobs') }} group by board, ad_id
),
totals as (
  select board, count(*) as ads from ads group by board
),
pairs as (
  select a.board, b.board as other_board, count(*) as shared_ads
  from ads as a
  inner join ads as b on b.ad_id = a.ad_id and (b.board > a.board or b.board = a.board and a.times > 1)
  group by a.board, b.board
)
select
  p.board,
  p.other_board,
  p.shared_ads,
  p.shared_ads::double precision / t.ads as share_of_board,
  p.shared_ads::double precision / o.ads as share_of_other
from pairs as p
inner join totals as t on t.board = p.board
inner join totals as o on o.board = p.other_board
