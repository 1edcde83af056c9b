"""The project's own client of Supabase's Auth and Storage: the service's key, timeouts, and what is tried again.

Nobody signs in on this client: that would replace the service's key by a person's token in all that follows. Rows never
go through it; they go over the Postgres wire (``database``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from jobmatch_dagster.errors import SettingsError
from jobmatch_dagster.settings import Settings

if TYPE_CHECKING:
    import supabase

T = TypeVar("T")

_CONNECT_SECONDS = 10.0
# An upload or download of 10 MB over a slow line.
_TOTAL_SECONDS = 120.0
_TRIES = 4


def service_client(settings: Settings) -> supabase.Client:
    """A client with the service's key, without sessions.

    Raises:
        SettingsError: no Supabase project is set, or its key cannot be one.
    """
    if settings.supabase_url is None or settings.supabase_secret_key is None:
        raise SettingsError("SUPABASE_URL", "is not set", "Set it with SUPABASE_SECRET_KEY and SUPABASE_DB_URL.")
    import httpx
    import supabase

    options = supabase.ClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=httpx.Client(
            timeout=httpx.Timeout(_TOTAL_SECONDS, connect=_CONNECT_SECONDS), follow_redirects=False
        ),
    )
    try:
        return supabase.create_client(
            settings.supabase_url, settings.supabase_secret_key.get_secret_value(), options=options
        )
    except supabase.SupabaseException:
        raise SettingsError(
            "SUPABASE_SECRET_KEY", "is not a key of a Supabase project", "Copy the secret key from its API settings."
        ) from None


def with_retries(call: Callable[[], T], *, is_passing: Callable[[Exception], bool], wait_seconds: float = 0.5) -> T:
    """Call again, with growing pauses, while the failure is one that passes (network, 429, 5xx).

    Args:
        call: what to do; it must be harmless to do it twice.
        is_passing: tells such a failure from one that stays.
        wait_seconds: the first pause.
    """
    import tenacity

    def again(error: BaseException) -> bool:
        return isinstance(error, Exception) and is_passing(error)

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(again),
        stop=tenacity.stop_after_attempt(_TRIES),
        wait=tenacity.wait_exponential_jitter(initial=wait_seconds, max=8.0, jitter=wait_seconds),
        reraise=True,
    )
    result: Any = retrying(call)
    return result  # type: ignore[no-any-return]
