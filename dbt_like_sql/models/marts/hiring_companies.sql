/*
owner: team:data
description: Who hires. One row an employer, by its name without regard to case; an ad on several boards counts once.
columns:
  company_key: text, The name in small letters.
  company: text, The name as it is written most often.
  jobs: bigint, Ads we have seen.
  open_jobs: bigint, Ads that some board still shows.
  new_jobs: bigint, Ads first seen in the last 28 days that we have.
  jobs_before: bigint, Ads first seen in the 28 days before those.
  boards: text[], Boards on which it advertises.
  main_country: text, Country of most of its ads.
  remote_share: double precision, Share of its ads that are remote, among those that say.
  salary_share: double precision, Share of its ads that name a salary.
  ghost_suspects: bigint, Its ads in ghost_suspects.
  first_seen_on: date, Day of its first ad.
  last_seen_on: date, Day on which an ad of it was last seen.
tests:
  - not_null: [company_key, company, jobs, open_jobs, new_jobs]
  - unique: company_key
  - range: {jobs: [1, null], remote_share: [0, 1], salary_share: [0, 1]}
*/
{{ config(materialized='table', unique_key='company_key') }}
with newest as (
  select max(first_seen_on) as day from {{ ref('stg_jobs') }}
),
ads as (
  select
    j.ad_id,
    min(lower(btrim(j.company))) as company_key,
    min(j.company) as company,
    min(j.first_seen_on) as first_seen_on,
    max(j.last_seen_on) as last_seen_on,
    bool_or(j.closed_on is null) as is_open,
    min(j.country) as country,
    bool_or(j.remote = 'remote') as is_remote,
    bool_or(j.salary_annual is not null) as has_salary
  from {{ ref('stg_jobs') }} as j
  group by j.ad_id
),
boards as (
  select lower(btrim(company)) as company_key, array_agg(distinct board) as boards
  from {{ ref('stg_jobs') }}
  group by lower(btrim(company))
)
select
  a.company_key,
  mode() within group (order by a.company) as company,
  count(*) as jobs,
  count(*) filter (where a.is_open) as open_jobs,
  count(*) filter (where a.first_seen_on > n.day - 28) as new_jobs,
  count(*) filter (where a.first_seen_on <= n.day - 28 and a.first_seen_on > n.day - 56) as jobs_before,
  min(b.boards) as boards,
  mode() within group (order by a.country) as main_country,
  avg(a.is_remote::int)::double precision as remote_share,
  avg(a.has_salary::int)::double precision as salary_share,
  count(g.ad_id) as ghost_suspects,
  min(a.first_seen_on) as first_seen_on,
  max(a.last_seen_on) as last_seen_on
from ads as a
cross join newest as n
left join boards as b on b.company_key = a.company_key
left join {{ ref('ghost_suspects') }} as g on g.ad_id = a.ad_id
where a.company_key <> ''
group by a.company_key
