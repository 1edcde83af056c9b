/*
description: Only résumés that were read have matches.
*/
select q.day, m.resume_id
from {{ ref('match_quality') }} as q
inner join {{ source('matching', 'lists') }} as m on m.matched_on = q.day
inner join {{ source('public', 'resumes') }} as r on r.id = m.resume_id
where r.status <> 'parsed'
