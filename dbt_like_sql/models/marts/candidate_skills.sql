/*
owner: team:data
description: Words that ads use as they use skills and that the taxonomy lacks, to see what to add to it. Only what several employers ask for; a word of one employer may be a name.
columns:
  words: text, The words, in small letters.
  jobs: bigint, Ads that have them.
  companies: bigint, Different employers.
  required: bigint, Ads that require it.
  languages: text[], Languages of those ads.
  first_seen_on: date, Day on which we first saw it.
  last_seen_on: date, Day on which an ad with it was last seen.
tests:
  - not_null: [words, jobs, companies]
  - unique: words
  - range: {companies: [2, null]}
*/
{{ config(materialized='table', unique_key='words') }}
select
  c.surface as words,
  count(*) as jobs,
  count(distinct lower(btrim(j.company))) as companies,
  count(*) filter (where c.requirement = 'required') as required,
  array_agg(distinct j.language order by j.language) filter (where j.language is not null) as languages,
  min(j.first_seen_on) as first_seen_on,
  max(j.last_seen_on) as last_seen_on
from {{ source('private', 'candidate_skills') }} as c
inner join {{ ref('stg_jobs') }} as j on j.job_id = c.job_id
where not j.is_duplicate
group by c.surface
having count(*) >= 3 and count(distinct lower(btrim(j.company))) >= {{ var('fewest_companies', 2) }}
