/*
description: A board that gave postings before gives at least a third of its usual number.
severity: warn
*/
select day, board, postings, usual_postings
from {{ ref('board_health') }}
where usual_postings >= 10 and postings < usual_postings / 3 and status <> 'skipped'
