/*
description: A board that is asked gives at least a third of its usual number of postings.
severity: warn
*/
-- A board that was not asked in the last three days is nobody's question any more.
with asked as (
  select
    h.board,
    h.day,
    h.postings,
    h.usual_postings,
    h.usual_postings >= 10 and h.postings < h.usual_postings / 3 as is_silent,
    row_number() over (partition by h.board order by h.day desc) as days_back
  from {{ ref('board_health') }} as h
  where h.status <> 'skipped'
),
last_heard as (
  select board, max(day) as day from asked where is_silent is not true group by board
)
select
  a.board,
  a.day,
  a.postings,
  a.usual_postings,
  s.since,
  format('%s gave %s on %s, where %s are usual; so since %s.', a.board, a.postings, a.day, a.usual_postings, s.since)
    as says
from asked as a
left join last_heard as l on l.board = a.board
cross join lateral (
  select min(q.day) as since from asked as q where q.board = a.board and q.day > coalesce(l.day, '-infinity')
) as s
where a.days_back = 1 and a.is_silent and a.day > (select max(n.day) - 3 from asked as n)
