"""What the checks ask: rules that no row may break, and comparisons with a table's own past.

How they are run and shown is ``checks``'s business. A rule blocks only where what breaks it would reach a person; a
comparison never blocks, because the world may have changed and the data be right.
"""

from __future__ import annotations

from dataclasses import dataclass

# What is usual is the median of the seven deliveries before, with at least three; older ones than 60 days say nothing
# about today. The queries of comparisons see these as parameters.
PAST = {"deliveries": 7, "fewest": 3, "back": 60}


@dataclass(frozen=True)
class Rule:
    """One rule on a table: a query that counts the rows of a day that break it.

    Attributes:
        asset: the asset it belongs to.
        name: the check's name in the UI.
        promise: what holds when it passes.
        remedy: what to do when it does not.
        wrong_rows: SQL that gives the number of wrong rows; ``%(days)s`` is the array of the run's days.
        blocking: stop the run when it fails.
    """

    asset: str
    name: str
    promise: str
    remedy: str
    wrong_rows: str
    blocking: bool = True


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


RULES = [
    Rule(
        "cleaned_jobs",
        "keys_are_unique",
        "Each posting of a board is one job.",
        "Run the day again; if it stays, a migration was lost: `jobmatch migrate --check`.",
        """select count(*) from (select from public.jobs where last_seen_on = any(%(days)s)
            group by board, external_id having count(*) > 1) d""",
    ),
    Rule(
        "cleaned_jobs",
        "title_and_company_are_there",
        "Every job has a title and a company.",
        "Look at the board's raw postings of the day: its pages may have changed.",
        """select count(*) from public.jobs where last_seen_on = any(%(days)s)
            and (btrim(coalesce(title, '')) = '' or btrim(coalesce(company, '')) = '')""",
    ),
    Rule(
        "cleaned_jobs",
        "salaries_are_plausible",
        "A salary's lower end is not above its upper end, and both are positive.",
        "Open the job's `issues` and `evidence` columns; send the posting's text to `jobmatch jobs clean`.",
        """select count(*) from public.jobs where last_seen_on = any(%(days)s)
            and (salary_min > salary_max or least(salary_min, salary_max) <= 0)""",
        blocking=False,
    ),
    Rule(
        "cleaned_jobs",
        "duplicates_point_at_an_ad",
        "A duplicate points at a job that is no duplicate itself.",
        "Run the days on which the two jobs were first seen again, the older first.",
        """select count(*) from public.jobs j join public.jobs c on c.id = j.duplicate_of
            where j.last_seen_on = any(%(days)s) and (c.duplicate_of is not null or c.id = j.id)""",
        blocking=False,
    ),
    Rule(
        "cleaned_jobs",
        "nothing_comes_from_the_future",
        "No job was posted after the day on which we saw it, but for a day of time zones.",
        "Look at the board's date format in the raw postings; send one to `jobmatch jobs clean`.",
        """select count(*) from public.jobs where last_seen_on = any(%(days)s) and posted_on > last_seen_on + 1""",
        blocking=False,
    ),
    Rule(
        "job_skills",
        "jobs_and_skills_exist",
        "Every row names a job and a skill that exist.",
        "Run the day's cleaning again, then this one.",
        """select count(*) from public.job_skills k
            where not exists (select from public.jobs j where j.id = k.job_id)
               or not exists (select from public.skills s where s.id = k.skill_id)""",
    ),
    Rule(
        "job_skills",
        "every_job_was_read",
        "The skills of every job of the day were read.",
        "Run `job_skills_only` for the day; if it stays, look at the failed run.",
        """select count(*) from public.jobs j
            where j.first_seen_on = any(%(days)s)
              and not exists (select from private.read_jobs r where r.job_id = j.id)""",
        blocking=False,
    ),
    Rule(
        "parsed_resumes",
        "no_empty_success",
        "A résumé that says parsed has a profile; any other says why not.",
        "Parse the file alone with `jobmatch resumes parse` and look at its reason.",
        """select count(*) from public.resumes where uploaded_on = any(%(days)s)
            and (status = 'parsed' and content is null or status <> 'parsed' and coalesce(reason, '') = '')""",
    ),
    Rule(
        "match_scores",
        "scores_are_between_0_and_1",
        "Every score is a number from 0 to 1.",
        "Do not publish; run the day again with `again: true` and compare the scorer's version.",
        """select count(*) from public.job_matches where matched_on = any(%(days)s)
            and not (score >= 0 and score <= 1)""",
    ),
    Rule(
        "match_scores",
        "components_add_up",
        "The contributions of a match add up to its score.",
        "The scorer and its explanation disagree: stop and report it with the scorer's version.",
        """select count(*) from public.job_matches m where matched_on = any(%(days)s)
            and abs(score - (select coalesce(sum((c.value ->> 'contribution')::numeric), 0)
                               from jsonb_each(m.components) c)::float8) > 1e-6""",
    ),
    Rule(
        "match_scores",
        "matches_belong_to_their_person",
        "A match names the person whose résumé it is.",
        "Stop the downstream app and report it: a person could see another's match.",
        """select count(*) from public.job_matches m join public.resumes r on r.id = m.resume_id
            where m.user_id <> r.user_id""",
    ),
    Rule(
        "match_scores",
        "no_match_twice",
        "Nobody is shown one ad twice: no match is with a duplicate.",
        "Run the day again; matches with jobs that were found to be duplicates are removed then.",
        """select count(*) from public.job_matches m join public.jobs j on j.id = m.job_id
            where m.matched_on = any(%(days)s) and j.duplicate_of is not null""",
        blocking=False,
    ),
    Rule(
        "day_report",
        "marts_name_nobody",
        "No column of staging or marts is named after a person's data.",
        "Take the column out of the model and build it again before anybody opens the report.",
        """select count(*) from information_schema.columns
            where %(days)s is not null and table_schema in ('staging', 'marts')
              and column_name in ('user_id', 'resume_id', 'email', 'phone', 'full_name', 'body', 'content', 'file_path',
                                  'sha256', 'owner_id')""",
    ),
]

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
 where d.postings >= 10 and u.share >= 0.2 and coalesce(f.postings, 0)::float8 / d.postings < u.share / 2
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
        "Each field is filled at least half as often as is usual on that board, and none has vanished.",
        "The board has changed its pages: open one with `jobmatch boards extract`, mend the reader, and read the day "
        "again with `from_archive: true`; nothing has to be asked again.",
        FIELDS,
    ),
]

COMPARISONS = [
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
