"""Settings of what runs all day: the HTTP API, the Dagster UI, its schedule, and alerts (off until one of the two
addresses is set).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from jobmatch_dagster.settings.values import CommaList


class Serving(BaseModel):
    """Addresses, ports and limits of services, and where alerts go."""

    api_host: str = Field(
        "127.0.0.1",
        alias="JOBMATCH_API_HOST",
        description="Address that the HTTP API listens on.",
    )
    api_port: int = Field(
        8000,
        ge=1,
        le=65535,
        alias="JOBMATCH_API_PORT",
        description="Port of the HTTP API.",
    )
    api_cors_origins: CommaList = Field(
        [],
        alias="JOBMATCH_API_CORS_ORIGINS",
        description="Origins whose pages may call the API.",
    )
    api_rate: int = Field(
        600,
        ge=1,
        alias="JOBMATCH_API_RATE",
        description="Requests a minute that one address may send to the API.",
    )
    api_connections: int = Field(
        10,
        ge=2,
        le=200,
        alias="JOBMATCH_API_CONNECTIONS",
        description="Database connections of the API, at most.",
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
    ui_port: int = Field(
        3000,
        ge=1,
        le=65535,
        alias="JOBMATCH_UI_PORT",
        description="Port of the Dagster UI.",
    )
    run_retention_days: int = Field(
        365,
        ge=7,
        alias="JOBMATCH_RUN_RETENTION_DAYS",
        description="Days that Dagster remembers a run; what the run made stays.",
    )
    daily_cron: str = Field(
        "0 5 * * *",
        alias="JOBMATCH_DAILY_CRON",
        description="When the daily schedule runs, in cron's form (UTC).",
    )

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
        3,
        ge=1,
        alias="JOBMATCH_ALERT_BLOCKED_DAYS",
        description="Days without a posting after which a board is told.",
    )
    alert_silent_minutes: int = Field(
        30,
        ge=1,
        alias="JOBMATCH_ALERT_SILENT_MINUTES",
        description="Minutes without a tick until a sensor is told.",
    )

    @field_validator("redis_url")
    @classmethod
    def _redis_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in (
            "redis",
            "rediss",
        ):
            raise ValueError("must be a URL that starts with redis:// or rediss://")
        return value
