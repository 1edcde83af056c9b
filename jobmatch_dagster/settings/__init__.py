"""Every environment variable of the project, typed, with its default and one sentence. Nothing else reads the
environment.

Values come from the process environment first, then from ``.env`` in the project's folder. With nothing set the
embedded default runs; ``SUPABASE_URL``, ``SUPABASE_SECRET_KEY`` and ``SUPABASE_DB_URL`` together move everything to a
Supabase project. Where things live is here; the rest is in groups: :mod:`.collecting`, :mod:`.reading`,
:mod:`.serving`.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from jobmatch_dagster.errors import SettingsError
from jobmatch_dagster.settings.collecting import BOARD_URLS, Collecting
from jobmatch_dagster.settings.reading import Reading
from jobmatch_dagster.settings.serving import Serving
from jobmatch_dagster.settings.values import http_url

__all__ = [
    "BOARD_URLS",
    "PROJECT_ROOT",
    "Settings",
    "environment_names",
    "load",
    "settings",
]
PROJECT_ROOT = Path(__file__).resolve().parents[2]


class _DocumentedNamesOnly:
    """Reads a field from the variable in its alias only; ``HOME`` in the environment means something else."""

    def _extract_field_info(self, field: Any, field_name: str) -> list[tuple[str, str, bool]]:
        found: list[tuple[str, str, bool]] = super()._extract_field_info(field, field_name)  # type: ignore[misc]
        return [info for info in found if info[1].casefold() == str(field.alias).casefold()]


class _Environment(_DocumentedNamesOnly, EnvSettingsSource):  # type: ignore[misc]
    pass


class _EnvironmentFile(_DocumentedNamesOnly, DotEnvSettingsSource):  # type: ignore[misc]
    pass


class Where(BaseModel):
    """Where everything lives: a folder, or a Supabase project."""

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

    supabase_url: str | None = Field(
        None,
        alias="SUPABASE_URL",
        description="The project's URL, https://<ref>.supabase.co.",
    )
    supabase_secret_key: SecretStr | None = Field(
        None,
        alias="SUPABASE_SECRET_KEY",
        description="The secret key (sb_secret_…, or the legacy service_role key).",
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

    @field_validator("supabase_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        return http_url(value)

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

    @model_validator(mode="after")
    def _all_three_or_none(self) -> Where:
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


class Settings(Serving, Reading, Collecting, Where, BaseSettings):
    """The settings of one process. Field aliases are the names of the environment variables."""

    model_config = SettingsConfigDict(
        env_file=PROJECT_ROOT / ".env",
        env_file_encoding="utf-8",
        extra="ignore",
        populate_by_name=True,
        env_ignore_empty=True,
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
        return (
            init_settings,
            _Environment(settings_cls),
            _EnvironmentFile(settings_cls, env_file=file),
        )


def environment_names() -> dict[str, Any]:
    """Each environment variable with its pydantic field, group by group (the README's table is made from it)."""
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
        name = next(
            (a for f, a in ((f, str(i.alias)) for f, i in Settings.model_fields.items()) if f == name),
            name,
        )
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


def current() -> Settings:
    """The settings as they are now, read anew only if the environment or ``.env`` changed."""
    file = PROJECT_ROOT / ".env"
    return _read_of(frozenset(os.environ.items()), file.stat().st_mtime_ns if file.is_file() else None)


@lru_cache(maxsize=2)
def _read_of(environment: frozenset[tuple[str, str]], env_file_changed: int | None) -> Settings:
    return load()
