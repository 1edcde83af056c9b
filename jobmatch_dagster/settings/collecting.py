"""Settings of the boards and of how they are asked."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, field_validator

from jobmatch_dagster.settings.values import CommaList, http_url

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


class Collecting(BaseModel):
    """Boards, their addresses, the crawler's manners and its limits."""

    boards: CommaList = Field(
        [*(name for name in BOARD_URLS if name != "careerbuilder"), "careerpage"],
        alias="JOBMATCH_BOARDS",
        description="Boards that the daily schedule asks, separated by commas; one without a search is skipped.",
    )
    linkedin_url: str = Field(
        BOARD_URLS["linkedin"],
        alias="JOBMATCH_LINKEDIN_URL",
        description="Base URL of LinkedIn.",
    )
    indeed_url: str = Field(
        BOARD_URLS["indeed"],
        alias="JOBMATCH_INDEED_URL",
        description="Base URL of Indeed.",
    )
    glassdoor_url: str = Field(
        BOARD_URLS["glassdoor"],
        alias="JOBMATCH_GLASSDOOR_URL",
        description="Base URL of Glassdoor.",
    )
    ziprecruiter_url: str = Field(
        BOARD_URLS["ziprecruiter"],
        alias="JOBMATCH_ZIPRECRUITER_URL",
        description="Base URL of ZipRecruiter.",
    )
    careerbuilder_url: str = Field(
        BOARD_URLS["careerbuilder"],
        alias="JOBMATCH_CAREERBUILDER_URL",
        description="Base URL of CareerBuilder.",
    )
    greenhouse_url: str = Field(
        BOARD_URLS["greenhouse"],
        alias="JOBMATCH_GREENHOUSE_URL",
        description="Base URL of Greenhouse's job board API.",
    )
    lever_url: str = Field(
        BOARD_URLS["lever"],
        alias="JOBMATCH_LEVER_URL",
        description="Base URL of Lever's postings API.",
    )
    ashby_url: str = Field(
        BOARD_URLS["ashby"],
        alias="JOBMATCH_ASHBY_URL",
        description="Base URL of Ashby's job postings API.",
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
        BOARD_URLS["remoteok"],
        alias="JOBMATCH_REMOTEOK_URL",
        description="Base URL of Remote OK.",
    )
    remotive_url: str = Field(
        BOARD_URLS["remotive"],
        alias="JOBMATCH_REMOTIVE_URL",
        description="Base URL of Remotive.",
    )
    adzuna_url: str = Field(
        BOARD_URLS["adzuna"],
        alias="JOBMATCH_ADZUNA_URL",
        description="Base URL of Adzuna's API.",
    )
    usajobs_url: str = Field(
        BOARD_URLS["usajobs"],
        alias="JOBMATCH_USAJOBS_URL",
        description="Base URL of USAJobs' API.",
    )
    user_agent: str = Field(
        "JobMatchBot/0.1 (+https://example.org/jobmatch)",
        alias="JOBMATCH_USER_AGENT",
        description="Who the crawler says it is. Put a page about yourselves and a way to reach you in it.",
    )
    obey_robots: bool = Field(
        True,
        alias="JOBMATCH_OBEY_ROBOTS",
        description="Obey robots.txt. Leave it on; read docs/boards.md first.",
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
        1,
        ge=1,
        le=64,
        alias="JOBMATCH_CRAWL_HOST_CONCURRENCY",
        description="Requests under way at once to one host.",
    )
    crawl_retries: int = Field(
        4,
        ge=0,
        le=20,
        alias="JOBMATCH_CRAWL_RETRIES",
        description="Further tries after a failed request.",
    )
    crawl_backoff: float = Field(
        1.0,
        ge=0,
        le=60,
        alias="JOBMATCH_CRAWL_BACKOFF",
        description="Seconds of the first wait before a further try, at most; it doubles with each.",
    )
    crawl_connect_timeout: float = Field(
        10.0,
        gt=0,
        alias="JOBMATCH_CRAWL_CONNECT_TIMEOUT",
        description="Seconds to open a connection.",
    )
    crawl_read_timeout: float = Field(
        20.0,
        gt=0,
        alias="JOBMATCH_CRAWL_READ_TIMEOUT",
        description="Seconds without a byte before a request is given up.",
    )
    crawl_total_timeout: float = Field(
        60.0,
        gt=0,
        alias="JOBMATCH_CRAWL_TOTAL_TIMEOUT",
        description="Seconds for one whole request.",
    )
    crawl_max_bytes: int = Field(
        10_000_000,
        ge=1000,
        alias="JOBMATCH_CRAWL_MAX_BYTES",
        description="Largest page that is read, in bytes after decompression.",
    )
    crawl_max_pages: int = Field(
        40,
        ge=1,
        alias="JOBMATCH_CRAWL_MAX_PAGES",
        description="Search pages asked for per search.",
    )
    crawl_proxies: CommaList = Field(
        [],
        alias="JOBMATCH_CRAWL_PROXIES",
        description="Proxy URLs, separated by commas.",
    )
    crawl_browser_boards: CommaList = Field(
        [],
        alias="JOBMATCH_CRAWL_BROWSER_BOARDS",
        description="Boards whose pages are opened in chromium, separated by commas.",
    )
    chromium: Path | None = Field(
        None,
        alias="JOBMATCH_CHROMIUM",
        description="Path of a chromium for boards that need a browser.",
    )
    raw_retention_days: int = Field(
        90,
        ge=1,
        alias="JOBMATCH_RAW_RETENTION_DAYS",
        description="Days that fetched pages are kept.",
    )
    adzuna_app_id: str | None = Field(None, alias="ADZUNA_APP_ID", description="Adzuna's application id.")
    adzuna_app_key: SecretStr | None = Field(None, alias="ADZUNA_APP_KEY", description="Adzuna's application key.")
    usajobs_api_key: SecretStr | None = Field(None, alias="USAJOBS_API_KEY", description="USAJobs' API key.")
    usajobs_email: str | None = Field(None, alias="USAJOBS_EMAIL", description="The e-mail registered with USAJobs.")

    @field_validator(*(f"{board}_url" for board in BOARD_URLS))
    @classmethod
    def _urls(cls, value: str) -> str | None:
        return http_url(value)

    def board_url(self, board: str) -> str:
        """Base URL of a board, without a slash at its end; some hold {names} that a search fills in."""
        url: str = getattr(self, f"{board}_url")
        return url
