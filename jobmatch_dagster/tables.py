"""One Arrow schema per stage: the contract between rooms, and with the database.

Column order is the order of the tables in ``dbt_like_sql/migrations``; a test compares the two. Arrow has no uuid or
jsonb: such columns are strings here, and ``sql_type`` gives the type that the bulk writer casts them to. What a value
means is said once, in the field's ``doc``; the Dagster catalogue and the schema reference show it.
"""

from __future__ import annotations

import uuid

import pyarrow as pa

_NAMESPACE = uuid.UUID("6f1c1d52-4f0b-5d5e-9f39-0e4f7f6c8a11")

text, real, integer, boolean, date = pa.string(), pa.float64(), pa.int32(), pa.bool_(), pa.date32()
instant = pa.timestamp("us", tz="UTC")


def _column(name: str, kind: pa.DataType, doc: str, *, required: bool = False, sql: str | None = None) -> pa.Field:
    meta = {b"doc": doc.encode()} | ({b"sql": sql.encode()} if sql else {})
    return pa.field(name, kind, nullable=not required, metadata=meta)


def _uuid(name: str, doc: str, *, required: bool = True) -> pa.Field:
    return _column(name, text, doc, required=required, sql="uuid")


def _json(name: str, doc: str, *, required: bool = False) -> pa.Field:
    return _column(name, text, doc, required=required, sql="jsonb")


POSTING = pa.schema(
    [
        _column("board", text, "Source of the posting.", required=True),
        _column("external_id", text, "The board's own id of the posting.", required=True),
        _column("url", text, "Page of the posting on the board."),
        _column("title", text, "Title as the board shows it."),
        _column("company", text, "Employer as the board shows it."),
        _column("location", text, "Place as the board shows it."),
        _column("posted_text", text, "Posting date or age as the board shows it."),
        _column("posted_on", date, "Posting date, where the page itself gives one."),
        _column("salary_text", text, "Salary as the board shows it."),
        _column("salary_min", real, "Lower end of the board's structured salary."),
        _column("salary_max", real, "Upper end of the board's structured salary."),
        _column("salary_currency", text, "ISO 4217 code of the structured salary."),
        _column("salary_period", text, "hour, day, week, month or year."),
        _column("employment_type", text, "full_time, part_time, contract, temporary, internship, volunteer or other."),
        _column("seniority", text, "Seniority as the board says it."),
        _column("remote", text, "onsite, hybrid or remote, where the board says it."),
        _column("description_html", text, "Full description as HTML (or plain text where the board has no HTML)."),
        _column("apply_url", text, "Where to apply, if not on the board."),
        _column("company_url", text, "The employer's page."),
        _column("benefits", pa.list_(text), "Benefits that the board lists."),
        _column("valid_until", date, "Last day to apply, where given."),
        _column("fetched_at", instant, "When the page was fetched; relative dates count from here."),
        _column("search_id", text, "The search that found it.", sql="uuid"),
        _column("page_ref", text, "Where the archived page is: file and row."),
        _column("snippet", text, "Excerpt that the board shows in its list; never the full description."),
        _column("salary_estimate", text, "What the board itself guesses as the salary; never the employer's word."),
    ]
)

JOBS = pa.schema(
    [
        _uuid("id", "uuid5 of board and external id."),
        _column("board", text, "Source of the posting.", required=True),
        _column("external_id", text, "The board's own id.", required=True),
        _column("url", text, "Page of the posting."),
        _column("apply_url", text, "Where to apply."),
        _column("title", text, "Job title.", required=True),
        _column("company", text, "Employer.", required=True),
        _column("description", text, "Readable plain text with paragraphs and bullets."),
        _column("location", text, "Place as written."),
        _column("city", text, "City of the first place."),
        _column("region", text, "State or region of the first place."),
        _column("country", text, "ISO 3166-1 alpha-2."),
        _json("places", "All places: [{city, region, country, lat, lon}]."),
        _column("remote", text, "onsite, hybrid or remote."),
        _column("remote_scope", text, "Where a remote worker may live, e.g. US, EU, EMEA."),
        _column("salary_range", text, "Salary as written."),
        _column("salary_min", real, "Lower end, as written."),
        _column("salary_max", real, "Upper end, as written."),
        _column("salary_currency", text, "ISO 4217."),
        _column("salary_period", text, "hour, day, week, month or year."),
        _column("salary_gross", boolean, "True gross, false net, null not said."),
        _column("salary_annual_min", real, "Lower end, per year, same currency."),
        _column("salary_annual_max", real, "Upper end, per year, same currency."),
        _column("employment_type", text, "full_time, part_time, contract, temporary, internship, volunteer or other."),
        _column("seniority", text, "intern, junior, mid, senior, lead, manager, director or executive."),
        _column("min_years_experience", real, "Least years of experience asked for."),
        _column("education", text, "Least degree asked for: secondary, vocational, bachelor, master or doctorate."),
        _column("language", text, "ISO 639-1 of the ad's text."),
        _column("language_confidence", real, "0 to 1."),
        _column("posted_on", date, "Day the ad was posted."),
        _column("valid_until", date, "Last day to apply."),
        _column("first_seen_on", date, "Day we first saw it.", required=True),
        _column("last_seen_on", date, "Day we last saw it.", required=True),
        _column("closed_on", date, "Day it was found gone."),
        _column("content_hash", text, "Hash of what matching depends on.", required=True),
        _uuid("duplicate_of", "Canonical job of the same ad, or null.", required=False),
        _uuid("group_id", "Same for one ad in several cities.", required=False),
        _json("evidence", "Per field: where its value was read ({field: [start, end]} or a source name)."),
        _json("issues", "What was rejected or looks wrong, with the reason."),
    ]
)

SKILLS = pa.schema(
    [
        _column("id", text, "Stable id: esco:<uuid> or jm:<slug>.", required=True),
        _column("label", text, "Preferred label.", required=True),
        _column("kind", text, "skill, knowledge, tool, language, licence, certificate or method.", required=True),
        _column("esco_uri", text, "URI of the ESCO concept."),
        _column("broader", pa.list_(text), "Ids of broader skills."),
        _column("taxonomy_version", text, "Version of the taxonomy that has it.", required=True),
    ]
)

JOB_SKILLS = pa.schema(
    [
        _uuid("job_id", "The job."),
        _column("skill_id", text, "The skill.", required=True),
        _column("requirement", text, "required, preferred, mentioned or excluded.", required=True),
        _column("years", real, "Years asked for."),
        _column("level", text, "Level asked for, as a word."),
        _column("section", text, "Section of the ad it stands in."),
        _column("surface", text, "The words that name it, from the strongest mention.", required=True),
        _column(
            "evidence",
            pa.list_(pa.int32()),
            "Offsets start, end, start, end … into description (negative: into the title, as ~offset).",
            required=True,
        ),
        _column("weight", real, "Importance within the ad, 0 to 1.", required=True),
    ]
)

JOB_OCCUPATIONS = pa.schema(
    [
        _uuid("job_id", "The job."),
        _column("occupation", text, "Code of the occupation; null where no title of the list is like enough."),
        _column("likeness", real, "Likeness of the likest title of the list, 0 to 1.", required=True),
        _column("content_hash", text, "The job's content hash when it was looked at.", required=True),
        _column("version", text, "Version of the list.", required=True),
    ]
)

RESUMES = pa.schema(
    [
        _uuid("id", "uuid5 of person and file content."),
        _uuid("user_id", "The person."),
        _column("file_path", text, "Object name in bucket resumes: <user id>/<file>.", required=True),
        _column("sha256", text, "Hash of the file.", required=True),
        _column(
            "status",
            text,
            "parsed, needs_ocr, encrypted, corrupt, empty, too_large, unsupported, timed_out or malicious.",
            required=True,
        ),
        _column("reason", text, "One sentence for the person when it is not parsed."),
        _json("content", "Profile in JSON Resume's names; null unless parsed."),
        _column("body", text, "Plain text in reading order; evidence offsets point into it."),
        _column("language", text, "ISO 639-1."),
        _column("layout", text, "single or columns."),
        _column("confidence", real, "0 to 1."),
        _json("warnings", "What the person can mend."),
        _column("experience_years", real, "Years of work, overlaps counted once."),
        _column("seniority", text, "As for jobs."),
        _column("content_hash", text, "Hash of what matching depends on.", required=True),
        _column("parser_version", text, "Version that read it.", required=True),
        _column("uploaded_on", date, "Day of upload.", required=True),
        _column("file_version", text, "Version of the stored object when it was read; a replaced file has another."),
    ]
)

RESUME_SKILLS = pa.schema(
    [
        _uuid("resume_id", "The résumé."),
        _uuid("user_id", "The person."),
        _column("skill_id", text, "The skill.", required=True),
        _column("surface", text, "The words that name it.", required=True),
        _column("evidence", pa.list_(pa.int32()), "Offsets start, end, start, end … into body.", required=True),
        _column("years", real, "Years of use, from the jobs it stands in."),
        _column("last_used", date, "Last month of use; null if not known."),
    ]
)

JOB_MATCHES = pa.schema(
    [
        _uuid("resume_id", "The résumé."),
        _uuid("user_id", "The person."),
        _uuid("job_id", "The job."),
        _column("score", real, "0 to 1; the sum of the components' contributions.", required=True),
        _json("components", "{name: {weight, value, contribution, reason}}.", required=True),
        _json(
            "matched_skills",
            "[{skill, label, requirement, weight, status, credit, through, job_evidence, resume_evidence}].",
            required=True,
        ),
        _json("missing_skills", "[{skill, label, requirement, weight, job_evidence}].", required=True),
        _json("vetoes", "[{kind, sentence}]; a vetoed pair is kept out of the ranking.", required=True),
        _column("abstained", pa.list_(text), "Components that lacked their inputs.", required=True),
        _column("sentence", text, "The match in one plain sentence.", required=True),
        _column("scorer_version", text, "Version of scorer and artefacts.", required=True),
        _column("resume_hash", text, "The résumé's content hash when scored.", required=True),
        _column("job_hash", text, "The job's content hash when scored.", required=True),
        _column("matched_on", date, "Day on which the younger side arrived.", required=True),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "public.jobs": JOBS,
    "public.skills": SKILLS,
    "public.job_skills": JOB_SKILLS,
    "private.job_occupations": JOB_OCCUPATIONS,
    "public.resumes": RESUMES,
    "public.resume_skills": RESUME_SKILLS,
    "public.job_matches": JOB_MATCHES,
}


def job_id(board: str, external_id: str) -> str:
    """The job's id: uuid5 over board and external id, the same on every machine and every day."""
    return str(uuid.uuid5(_NAMESPACE, f"{board}\x1f{external_id}"))


def resume_id(user_id: str, sha256: str) -> str:
    """The résumé's id: uuid5 over the person and the file's content, so one file of one person is one row."""
    return str(uuid.uuid5(_NAMESPACE, f"{user_id}\x1f{sha256}"))


def doc(field: pa.Field) -> str:
    """What the column means, in one sentence."""
    return (field.metadata or {}).get(b"doc", b"").decode()


def sql_type(field: pa.Field) -> str | None:
    """The Postgres type to cast to where it is not the plain one (uuid, jsonb)."""
    value = (field.metadata or {}).get(b"sql")
    return value.decode() if value else None
