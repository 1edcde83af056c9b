/*
owner: team:data
description: What became of the uploaded résumés, by day of upload and status. Counts only; no person can be told from it.
columns:
  day: date, Day of upload.
  status: text, What became of the file.
  resumes: bigint, Number of files.
  matched: bigint, Files with at least one match.
  confidence: double precision, Mean confidence of the parsed ones.
tests:
  - not_null: [day, status, resumes]
  - unique: [day, status]
*/
{{ config(materialized='table', unique_key=['day', 'status']) }}
select
  r.uploaded_on as day,
  r.status,
  count(*) as resumes,
  count(*) filter (where exists (
    select 1 from {{ source('matching', 'lists') }} as m where m.resume_id = r.id
  )) as matched,
  avg(r.confidence) as confidence
from {{ source('public', 'resumes') }} as r
group by r.uploaded_on, r.status
