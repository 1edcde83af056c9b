"""Every environment variable of the project, typed, with its default and one sentence. Nothing else reads the
environment.

Values come from the process environment first, then from ``.env`` in the project's folder. With nothing set the
embedded
default runs; ``SUPABASE_URL``, ``SUPABASE_SECRET_KEY`` and ``SUPABASE_DB_URL`` together move everything to a Supabase
project.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from jobmatch_dagster.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parents[1]
BOARD_URLS = {
    "linkedin": "https://www.linkedin.com",
    "indeed": "https://www.indeed.com",
    "glassdoor": "https://www.glassdoor.com",
    "ziprecruiter": "https://www.ziprecruiter.com",
    "careerbuilder": "https://www.careerbuilder.com",
    "greenhouse": "https://boards-api.greenhouse.io",
    "lever": "https://api.lever.co",
    "ashby": "https://api.ashbyhq.com",
    "recruitee": "https://{organisation}.recruitee.com",
    "workday": "https://{tenant}.{instance}.myworkdayjobs.com",
    "remoteok": "https://remoteok.com",
    "remotive": "https://remotive.com",
    "adzuna": "https://api.adzuna.com",
    "usajobs": "https://data.usajobs.gov",
}

CommaList = Annotated[list[str], NoDecode]


class _DocumentedNamesOnly:
    """Reads a field from the variable in its alias only; ``HOME`` in the environment means something else."""

    def _extract_field_info(self, field: Any, field_name: str) -> list[tuple[str, str, bool]]:
        found: list[tuple[str, str, bool]] = super()._extract_field_info(field, field_name)  # type: ignore[misc]
        return [info for info in found if info[1].casefold() == str(field.alias).casefold()]


class _Environment(_DocumentedNamesOnly, EnvSettingsSource):  # type: ignore[misc]
    pass


class _EnvironmentFile(_DocumentedNamesOnly, DotEnvSettingsSource):  # type: ignore[misc]
    pass


class Settings(BaseSettings):
    """The settings of one process. Field aliases are the names of the environment variables."""

    model_config = SettingsConfigDict(
        env_file=PROJECT_ROOT / ".env",
        env_file_encoding="utf-8",
        extra="ignore",
        populate_by_name=True,
        env_ignore_empty=True,
    )

    # --- where everything lives -------------------------------------------------------------------------------------
    home: Path = Field(
        PROJECT_ROOT / ".jobmatch",
        alias="JOBMATCH_HOME",
        description="Folder of the embedded database, its files, caches and Dagster's home.",
    )
    embedded_database: str = Field(
        "postgres",
        pattern=r"^[a-z_][a-z0-9_]{0,62}$",
        alias="JOBMATCH_DATABASE",
        description="Database of the embedded server that is used.",
    )
    cache_folder: Path | None = Field(
        None,
        alias="JOBMATCH_CACHE",
        description="Folder of what is built once (skills, gazetteer); `cache` in JOBMATCH_HOME otherwise.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="JOBMATCH_LOG_LEVEL", description="How much is logged."
    )
    log_file: Path | None = Field(
        None,
        alias="JOBMATCH_LOG_FILE",
        description="A file to which all services and runs append what they log, as JSON Lines with run and board.",
    )

    # --- Supabase: all three or none
    # -----------------------------------------------------------------------------------
    supabase_url: str | None = Field(
        None, alias="SUPABASE_URL", description="The project's URL, https://<ref>.supabase.co."
    )
    supabase_secret_key: SecretStr | None = Field(
        None, alias="SUPABASE_SECRET_KEY", description="The secret key (sb_secret_…, or the legacy service_role key)."
    )
    supabase_db_url: SecretStr | None = Field(
        None,
        alias="SUPABASE_DB_URL",
        description="Postgres connection string: session pooler or direct, not port 6543.",
    )
    supabase_publishable_key: SecretStr | None = Field(
        None,
        alias="SUPABASE_PUBLISHABLE_KEY",
        description="The publishable key; only sign-in through the HTTP API uses it.",
    )

    # --- boards and crawling
    # ---------------------------------------------------------------------------------------------
    boards: CommaList = Field(
        [*(name for name in BOARD_URLS if name != "careerbuilder"), "careerpage"],
        alias="JOBMATCH_BOARDS",
        description="Boards that the daily schedule asks, separated by commas; one without a search is skipped.",
    )
    linkedin_url: str = Field(
        BOARD_URLS["linkedin"], alias="JOBMATCH_LINKEDIN_URL", description="Base URL of LinkedIn."
    )
    indeed_url: str = Field(BOARD_URLS["indeed"], alias="JOBMATCH_INDEED_URL", description="Base URL of Indeed.")
    glassdoor_url: str = Field(
        BOARD_URLS["glassdoor"], alias="JOBMATCH_GLASSDOOR_URL", description="Base URL of Glassdoor."
    )
    ziprecruiter_url: str = Field(
        BOARD_URLS["ziprecruiter"], alias="JOBMATCH_ZIPRECRUITER_URL", description="Base URL of ZipRecruiter."
    )
    careerbuilder_url: str = Field(
        BOARD_URLS["careerbuilder"], alias="JOBMATCH_CAREERBUILDER_URL", description="Base URL of CareerBuilder."
    )
    greenhouse_url: str = Field(
        BOARD_URLS["greenhouse"], alias="JOBMATCH_GREENHOUSE_URL", description="Base URL of Greenhouse's job board API."
    )
    lever_url: str = Field(
        BOARD_URLS["lever"], alias="JOBMATCH_LEVER_URL", description="Base URL of Lever's postings API."
    )
    ashby_url: str = Field(
        BOARD_URLS["ashby"], alias="JOBMATCH_ASHBY_URL", description="Base URL of Ashby's job postings API."
    )
    recruitee_url: str = Field(
        BOARD_URLS["recruitee"],
        alias="JOBMATCH_RECRUITEE_URL",
        description="Base URL of Recruitee's careers sites; {organisation} is the search's organisation.",
    )
    workday_url: str = Field(
        BOARD_URLS["workday"],
        alias="JOBMATCH_WORKDAY_URL",
        description="Base URL of Workday's careers sites; {tenant} and {instance} come from the search's organisation.",
    )
    remoteok_url: str = Field(
        BOARD_URLS["remoteok"], alias="JOBMATCH_REMOTEOK_URL", description="Base URL of Remote OK."
    )
    remotive_url: str = Field(
        BOARD_URLS["remotive"], alias="JOBMATCH_REMOTIVE_URL", description="Base URL of Remotive."
    )
    adzuna_url: str = Field(BOARD_URLS["adzuna"], alias="JOBMATCH_ADZUNA_URL", description="Base URL of Adzuna's API.")
    usajobs_url: str = Field(
        BOARD_URLS["usajobs"], alias="JOBMATCH_USAJOBS_URL", description="Base URL of USAJobs' API."
    )
    user_agent: str = Field(
        "JobMatchBot/0.1 (+https://example.org/jobmatch)",
        alias="JOBMATCH_USER_AGENT",
        description="Who the crawler says it is. Put a page about yourselves and a way to reach you in it.",
    )
    obey_robots: bool = Field(
        True, alias="JOBMATCH_OBEY_ROBOTS", description="Obey robots.txt. Leave it on; read docs/boards.md first."
    )
    crawl_delay: float = Field(
        2.0,
        ge=0,
        le=3600,
        alias="JOBMATCH_CRAWL_DELAY",
        description="Seconds between two requests to one host, at least.",
    )
    crawl_concurrency: int = Field(
        8,
        ge=1,
        le=256,
        alias="JOBMATCH_CRAWL_CONCURRENCY",
        description="Requests under way at once, all hosts together.",
    )
    crawl_host_concurrency: int = Field(
        1, ge=1, le=64, alias="JOBMATCH_CRAWL_HOST_CONCURRENCY", description="Requests under way at once to one host."
    )
    crawl_retries: int = Field(
        4, ge=0, le=20, alias="JOBMATCH_CRAWL_RETRIES", description="Further tries after a failed request."
    )
    crawl_backoff: float = Field(
        1.0,
        ge=0,
        le=60,
        alias="JOBMATCH_CRAWL_BACKOFF",
        description="Seconds of the first wait before a further try, at most; it doubles with each.",
    )
    crawl_connect_timeout: float = Field(
        10.0, gt=0, alias="JOBMATCH_CRAWL_CONNECT_TIMEOUT", description="Seconds to open a connection."
    )
    crawl_read_timeout: float = Field(
        20.0,
        gt=0,
        alias="JOBMATCH_CRAWL_READ_TIMEOUT",
        description="Seconds without a byte before a request is given up.",
    )
    crawl_total_timeout: float = Field(
        60.0, gt=0, alias="JOBMATCH_CRAWL_TOTAL_TIMEOUT", description="Seconds for one whole request."
    )
    crawl_max_bytes: int = Field(
        10_000_000,
        ge=1000,
        alias="JOBMATCH_CRAWL_MAX_BYTES",
        description="Largest page that is read, in bytes after decompression.",
    )
    crawl_max_pages: int = Field(
        40, ge=1, alias="JOBMATCH_CRAWL_MAX_PAGES", description="Search pages asked for per search."
    )
    crawl_proxies: CommaList = Field([], alias="JOBMATCH_CRAWL_PROXIES", description="Proxy URLs, separated by commas.")
    crawl_browser_boards: CommaList = Field(
        [],
        alias="JOBMATCH_CRAWL_BROWSER_BOARDS",
        description="Boards whose pages are opened in chromium, separated by commas.",
    )
    chromium: Path | None = Field(
        None, alias="JOBMATCH_CHROMIUM", description="Path of a chromium for boards that need a browser."
    )
    raw_retention_days: int = Field(
        90, ge=1, alias="JOBMATCH_RAW_RETENTION_DAYS", description="Days that fetched pages are kept."
    )
    adzuna_app_id: str | None = Field(None, alias="ADZUNA_APP_ID", description="Adzuna's application id.")
    adzuna_app_key: SecretStr | None = Field(None, alias="ADZUNA_APP_KEY", description="Adzuna's application key.")
    usajobs_api_key: SecretStr | None = Field(None, alias="USAJOBS_API_KEY", description="USAJobs' API key.")
    usajobs_email: str | None = Field(None, alias="USAJOBS_EMAIL", description="The e-mail registered with USAJobs.")

    # --- jobs and skills
    # -----------------------------------------------------------------------------------------------------
    close_after_days: int = Field(
        14,
        ge=1,
        alias="JOBMATCH_CLOSE_AFTER_DAYS",
        description="A job not seen for so many days on a board that did deliver is closed.",
    )
    language_bar: float = Field(
        0.50, ge=0, le=1, alias="JOBMATCH_LANGUAGE_BAR", description="Below this confidence a language is null."
    )
    skills_csv: Path | None = Field(
        None, alias="JOBMATCH_SKILLS_CSV", description="A CSV of skills of your own that is added to the taxonomy."
    )

    # --- résumés
    # --------------------------------------------------------------------------------------------------------------
    resume_max_bytes: int = Field(
        10_000_000, ge=1000, alias="JOBMATCH_RESUME_MAX_BYTES", description="Largest résumé file that is read."
    )
    resume_max_pages: int = Field(
        60, ge=1, alias="JOBMATCH_RESUME_MAX_PAGES", description="Most pages of a résumé that are read."
    )
    resume_timeout: float = Field(
        30.0, gt=0, alias="JOBMATCH_RESUME_TIMEOUT", description="Seconds that one résumé may take."
    )
    resume_memory_mb: int = Field(
        1024, ge=128, alias="JOBMATCH_RESUME_MEMORY_MB", description="Memory that one résumé may take."
    )
    resume_ocr_languages: CommaList = Field(
        [],
        alias="JOBMATCH_RESUME_OCR_LANGUAGES",
        description="Languages, as tesseract calls them (eng,deu), in which pictures of text are read; needs "
        "tesseract. Empty: such files get the status `needs_ocr`.",
    )
    resume_ocr_pages: int = Field(
        4, ge=1, le=60, alias="JOBMATCH_RESUME_OCR_PAGES", description="Most pages of a résumé that are read by OCR."
    )
    resume_workers: int = Field(2, ge=1, le=64, alias="JOBMATCH_RESUME_WORKERS", description="Résumés read at once.")
    resume_retention_days: int = Field(
        730, ge=1, alias="JOBMATCH_RESUME_RETENTION_DAYS", description="Days that a résumé is kept after its upload."
    )

    # --- matching
    # -------------------------------------------------------------------------------------------------------------
    matches_per_resume: int = Field(
        50, ge=1, le=1000, alias="JOBMATCH_MATCHES_PER_RESUME", description="Matches kept per résumé."
    )
    min_score: float = Field(0.10, ge=0, le=1, alias="JOBMATCH_MIN_SCORE", description="Lowest score that is kept.")
    match_threads: int = Field(2, ge=1, le=64, alias="JOBMATCH_MATCH_THREADS", description="Threads that score.")

    # --- the HTTP API and the Dagster UI
    # -----------------------------------------------------------------------------------------
    api_host: str = Field("127.0.0.1", alias="JOBMATCH_API_HOST", description="Address that the HTTP API listens on.")
    api_port: int = Field(8000, ge=1, le=65535, alias="JOBMATCH_API_PORT", description="Port of the HTTP API.")
    api_cors_origins: CommaList = Field(
        [], alias="JOBMATCH_API_CORS_ORIGINS", description="Origins whose pages may call the API."
    )
    api_rate: int = Field(
        600, ge=1, alias="JOBMATCH_API_RATE", description="Requests a minute that one address may send to the API."
    )
    api_connections: int = Field(
        10, ge=2, le=200, alias="JOBMATCH_API_CONNECTIONS", description="Database connections of the API, at most."
    )
    redis_url: SecretStr | None = Field(
        None,
        alias="JOBMATCH_REDIS_URL",
        description="Redis that several workers of the API share their request counts in (redis://…, rediss://…).",
    )
    dagster_db_url: SecretStr | None = Field(
        None,
        alias="JOBMATCH_DAGSTER_DB_URL",
        description="Postgres for Dagster's own storage; by default beside the data (schema dagster on Supabase).",
    )
    ui_port: int = Field(3000, ge=1, le=65535, alias="JOBMATCH_UI_PORT", description="Port of the Dagster UI.")
    run_retention_days: int = Field(
        365,
        ge=7,
        alias="JOBMATCH_RUN_RETENTION_DAYS",
        description="Days that Dagster remembers a run; what the run made stays.",
    )
    daily_cron: str = Field(
        "0 5 * * *", alias="JOBMATCH_DAILY_CRON", description="When the daily schedule runs, in cron's form (UTC)."
    )

    # --- alerts: off until one of the two is set
    # ---------------------------------------------------------------------------------------------
    alert_webhook: SecretStr | None = Field(
        None,
        alias="JOBMATCH_ALERT_WEBHOOK",
        description="Where alerts go: a Slack-compatible webhook (https://…), or any address that Apprise understands.",
    )
    alert_email: SecretStr | None = Field(
        None,
        alias="JOBMATCH_ALERT_EMAIL",
        description="Alerts by e-mail, as Apprise writes it: mailtos://user:password@smtp.example.org?to=team@example.org",
    )
    alert_blocked_days: int = Field(
        3, ge=1, alias="JOBMATCH_ALERT_BLOCKED_DAYS", description="Days without a posting after which a board is told."
    )
    alert_silent_minutes: int = Field(
        30, ge=1, alias="JOBMATCH_ALERT_SILENT_MINUTES", description="Minutes without a tick until a sensor is told."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then ``.env``."""
        file = getattr(dotenv_settings, "env_file", None)
        return init_settings, _Environment(settings_cls), _EnvironmentFile(settings_cls, env_file=file)

    @field_validator(
        "boards", "crawl_proxies", "crawl_browser_boards", "resume_ocr_languages", "api_cors_origins", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("supabase_url", *(f"{board}_url" for board in BOARD_URLS))
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be a URL that starts with https:// or http://")
        return value.rstrip("/")

    @field_validator("supabase_db_url")
    @classmethod
    def _postgres_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in ("postgres", "postgresql"):
                raise ValueError("must be a connection string that starts with postgresql://")
            if parts.port == 6543:
                raise ValueError(
                    "points at the transaction pooler (port 6543); "
                    "take the session pooler or the direct connection (port 5432)"
                )
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in ("redis", "rediss"):
            raise ValueError("must be a URL that starts with redis:// or rediss://")
        return value

    @model_validator(mode="after")
    def _all_three_or_none(self) -> Settings:
        given = {
            "SUPABASE_URL": self.supabase_url,
            "SUPABASE_SECRET_KEY": self.supabase_secret_key,
            "SUPABASE_DB_URL": self.supabase_db_url,
        }
        missing = [name for name, value in given.items() if value is None]
        if missing and len(missing) < len(given):
            raise ValueError(
                f"{' and '.join(missing)} missing: set all of {', '.join(given)} for a Supabase project, "
                "or none for the embedded default"
            )
        return self

    @property
    def cache(self) -> Path:
        """Folder of what is built once and can be built again at any time."""
        return self.cache_folder or self.home / "cache"

    @property
    def mode(self) -> Literal["embedded", "supabase"]:
        """Which database, file store and identity provider are in use."""
        return "supabase" if self.supabase_url else "embedded"

    def board_url(self, board: str) -> str:
        """Base URL of a board, without a slash at its end; some hold {names} that a search fills in."""
        url: str = getattr(self, f"{board}_url")
        return url


def environment_names() -> dict[str, Any]:
    """Each environment variable with its pydantic field, in the order of this file (the README's table is made from
    it).
    """
    return {str(field.alias): field for field in Settings.model_fields.values()}


def load(**overrides: Any) -> Settings:
    """Read the settings afresh.

    Args:
        **overrides: field names and values that win over the environment (for tests and the demo).

    Raises:
        SettingsError: a variable has a value that cannot work; the message says which and why, and never shows a
        secret.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "The Supabase settings"
        name = next((a for f, a in ((f, str(i.alias)) for f, i in Settings.model_fields.items()) if f == name), name)
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(
            name,
            f"is not usable: {reason[:1].lower() + reason[1:] if not reason.startswith('SUPABASE') else reason}",
            "Set it in the environment or in .env; the README lists every variable.",
        ) from None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return load()
