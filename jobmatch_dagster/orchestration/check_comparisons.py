"""What the checks compare: a day with what is usual for its board or its table.

A comparison never blocks, because the world may have changed and the data be right. The queries give a sentence for
each thing that is unusual.
"""

from __future__ import annotations

from dataclasses import dataclass

# What is usual is the median of the seven deliveries before, with at least three; older ones than 60 days say nothing
# about today. The queries of comparisons see these as parameters.
PAST = {"deliveries": 7, "fewest": 3, "back": 60}


@dataclass(frozen=True)
class Comparison:
    """One comparison of a day with what is usual for it.

    Attributes:
        asset: the asset it belongs to.
        name: the check's name in the UI.
        promise: what holds when it passes.
        remedy: what to do when it does not.
        oddities: SQL that gives a sentence a row for what is unusual on ``%(day)s`` (on ``%(board)s``, for boards);
            ``PAST`` is at hand, too.
    """

    asset: str
    name: str
    promise: str
    remedy: str
    oddities: str


VOLUME = """
with delivered as (
  select scraped_on as day, count(*) as postings from raw.postings
   where board = %(board)s and scraped_on between %(day)s::date - %(back)s and %(day)s group by 1),
past as (select * from delivered where day < %(day)s order by day desc limit %(deliveries)s)
select format('%%s gave %%s postings; usual are %%s.', %(board)s::text, d.postings, round(u.usual))
  from (select count(*) as times, percentile_cont(0.5) within group (order by postings)::numeric as usual from past) u
  join delivered d on d.day = %(day)s
 where u.times >= %(fewest)s and u.usual >= 10 and (d.postings < u.usual / 3 or d.postings > u.usual * 3)
"""
FIELDS = """
with delivered as (
  select scraped_on as day, count(*) as postings from raw.postings
   where board = %(board)s and scraped_on between %(day)s::date - %(back)s and %(day)s group by 1),
past as (select * from delivered where day < %(day)s order by day desc limit %(deliveries)s),
filled as (
  select p.scraped_on as day, f.key as field, count(*) as postings
    from raw.postings p join delivered d on d.day = p.scraped_on
    cross join lateral jsonb_each(p.payload) f
   where p.board = %(board)s and f.value not in ('""', '[]', '{}', 'null')
     and (d.day = %(day)s or d.day in (select day from past)) group by 1, 2),
usual as (
  select field, percentile_cont(0.5) within group (order by coalesce(f.postings, 0)::float8 / past.postings) as share
    from (select distinct field from filled) k cross join past left join filled f using (field, day)
   group by 1 having count(*) >= %(fewest)s)
select format('%%s of %%s is in %%s %%%% of the postings; usual are %%s %%%%.', u.field, %(board)s::text,
              round(100 * coalesce(f.postings, 0)::numeric / d.postings), round(100 * u.share::numeric))
  from usual u join delivered d on d.day = %(day)s left join filled f on f.field = u.field and f.day = d.day
 where d.postings >= 10 and u.share >= 0.2
   and coalesce(f.postings, 0)::float8 / d.postings < greatest(u.share / 2, u.share - 0.25)
 order by u.field
"""

BOARD_COMPARISONS = [
    Comparison(
        "raw_postings",
        "usual_volume",
        "A board gives between a third and three times what is usual: the median of its seven deliveries before.",
        "Look at the scrape run with `jobmatch scrapes show`; if its pages changed, mend the board and read the day "
        "again with `from_archive: true`; if its searches changed, this is how it is now.",
        VOLUME,
    ),
    Comparison(
        "raw_postings",
        "usual_fields",
        "Each field is filled at least half as often as is usual on that board, and at most 25 points less.",
        "The board has changed its pages: open one with `jobmatch boards extract`, mend the reader, and read the day "
        "again with `from_archive: true`; nothing has to be asked again.",
        FIELDS,
    ),
]

# How far two distributions are apart: the population stability index, the sum over their values of
# (now - before) * ln(now / before). Below 0.1 is noise, above 0.25 another population, by the convention of credit
# scoring where it comes from. Few jobs give a large index by chance alone, about one less than the number of values
# times (1 / jobs now + 1 / jobs before), so that much is taken off; values rarer than five per cent are one.
MIX = """
with days as (
  select first_seen_on as day from public.jobs where first_seen_on between %(day)s::date - %(back)s and %(day)s
   group by 1 having count(*) >= 50),
past as (select day from days where day < %(day)s order by day desc limit %(deliveries)s),
valued as (
  select j.first_seen_on = %(day)s as is_now, v.name, coalesce(v.value, 'none') as value
    from public.jobs j
    cross join lateral (values ('language', j.language), ('country', j.country), ('remote', j.remote),
                               ('seniority', j.seniority), ('currency', j.salary_currency)) v (name, value)
   where j.first_seen_on = %(day)s or j.first_seen_on in (select day from past)),
counted as (
  select name, value, count(*) filter (where is_now)::float8 as now,
         count(*) filter (where not is_now)::float8 as before
    from valued group by 1, 2),
grouped as (
  select name, case when now < 0.05 * all_now and before < 0.05 * all_before then 'other' else value end as value,
         now, before, all_now, all_before
    from (select c.*, sum(now) over w as all_now, sum(before) over w as all_before
            from counted c window w as (partition by name)) c
   where all_now > 0 and all_before > 0),
shares as (
  select name, value, greatest(sum(now) / all_now, 0.005) as now, greatest(sum(before) / all_before, 0.005) as before,
         1 / all_now + 1 / all_before as chance
    from grouped group by name, value, all_now, all_before),
moved as (
  select name, value, now, before, sum((now - before) * ln(now / before) - chance) over w + chance as psi,
         row_number() over (w order by (now - before) * ln(now / before) desc) as place
    from shares window w as (partition by name))
select format('The mix of %%s has moved (%%s): %%s is %%s %%%% of the new jobs; usual are %%s %%%%.', name,
              round(psi::numeric, 2), value, round(100 * now), round(100 * before))
  from moved where place = 1 and psi > 0.25 and exists (select from days where day = %(day)s)
   and (select count(*) from past) >= %(fewest)s
 order by psi desc
"""
SKILLS_PER_JOB = """
with days as (
  select j.first_seen_on as day, count(k.skill_id)::numeric / count(distinct j.id) as skills
    from public.jobs j left join public.job_skills k on k.job_id = j.id
   where j.first_seen_on between %(day)s::date - %(back)s and %(day)s
   group by 1 having count(distinct j.id) >= 20),
past as (select skills from days where day < %(day)s order by day desc limit %(deliveries)s),
usual as (select count(*) as times, percentile_cont(0.5) within group (order by skills)::numeric as skills from past)
select format('A new job has %%s skills; usual are %%s.', round(d.skills, 1), round(u.skills, 1))
  from usual u join days d on d.day = %(day)s
 where u.times >= %(fewest)s and (d.skills < u.skills / 2 or d.skills > u.skills * 2)
"""
READABLE = """
with days as (
  select uploaded_on as day, avg((status = 'parsed')::int) as share from public.resumes
   where uploaded_on between %(day)s::date - %(back)s and %(day)s group by 1 having count(*) >= 10),
past as (select share from days where day < %(day)s order by day desc limit %(deliveries)s),
usual as (select count(*) as times, percentile_cont(0.5) within group (order by share)::numeric as share from past)
select format('%%s %%%% of the files could be read; usual are %%s %%%%.', round(100 * d.share), round(100 * u.share))
  from usual u join days d on d.day = %(day)s
 where u.times >= %(fewest)s and d.share < u.share - 0.25
"""

COMPARISONS = [
    Comparison(
        "cleaned_jobs",
        "usual_mix",
        "Languages, countries, workplaces, levels and currencies of new jobs are mixed as on the seven days before.",
        "If a search or a board was added or lost, this is how it is now; otherwise compare a few of the day's jobs "
        "with their postings: a reader may take one value for another.",
        MIX,
    ),
    Comparison(
        "job_skills",
        "usual_skills_per_job",
        "A new job has between half and twice as many skills as usual.",
        "Did the taxonomy or its version change? Otherwise look at `unknown_words` and at a few of the day's ads.",
        SKILLS_PER_JOB,
    ),
    Comparison(
        "parsed_resumes",
        "usual_readable_share",
        "As many of the files can be read as is usual, within a quarter.",
        "Count the reasons in `resume_funnel`: a format, or a scanner, that the parser does not know.",
        READABLE,
    ),
    Comparison(
        "cleaned_jobs",
        "usual_shares",
        "Country, language and salary are found at least half as often as is usual in new jobs.",
        "Compare a few of the day's jobs with their postings: a reader may have lost a format. Run `cleaned_jobs_only` "
        "for the day after mending it.",
        """
with days as (
  select first_seen_on as day, count(*) as jobs, avg((country is not null)::int) as country,
         avg((language is not null)::int) as language, avg((salary_annual_min is not null)::int) as salary
    from public.jobs where first_seen_on between %(day)s::date - %(back)s and %(day)s
   group by 1 having count(*) >= 20),
past as (select * from days where day < %(day)s order by day desc limit %(deliveries)s),
shares as (
  select s.name, s.value, d.day from days d
   cross join lateral (values ('country', country), ('language', language), ('salary', salary)) s (name, value)),
usual as (
  select name, percentile_cont(0.5) within group (order by value)::numeric as value from shares
   where day in (select day from past) group by 1 having count(*) >= %(fewest)s)
select format('%%s %%%% of the new jobs have a %%s; usual are %%s %%%%.',
              round(100 * s.value), s.name, round(100 * u.value))
  from usual u join shares s on s.name = u.name and s.day = %(day)s
 where u.value >= 0.1 and s.value < u.value / 2 order by s.name
""",
    ),
    Comparison(
        "match_scores",
        "usual_scores",
        "The day's middle score lies within 0.15 of what is usual for this scorer.",
        "Look at `match_distribution` and `match_abstentions` of the day: a component may have lost its inputs.",
        """
with days as (
  select matched_on as day, scorer_version as version, count(*) as matches,
         percentile_cont(0.5) within group (order by score)::numeric as middle
    from public.job_matches where matched_on between %(day)s::date - %(back)s and %(day)s
   group by 1, 2 having count(*) >= 20),
past as (
  select version, middle, row_number() over (partition by version order by day desc) as place
    from days where day < %(day)s),
usual as (
  select version, percentile_cont(0.5) within group (order by middle)::numeric as middle from past
   where place <= %(deliveries)s group by 1 having count(*) >= %(fewest)s)
select format('The middle score is %%s; usual are %%s.', round(d.middle, 2), round(u.middle, 2))
  from usual u join days d on d.version = u.version and d.day = %(day)s
 where abs(d.middle - u.middle) > 0.15 order by d.version
""",
    ),
]
