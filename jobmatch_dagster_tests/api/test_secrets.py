"""The API's own keys: one for all processes, for this user's eyes only, and a damaged one is named with its remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jobmatch_dagster.api.secrets import LocalKey, cursor_key
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings, load

KEYS: dict[str, Callable[[Settings], object]] = {"token.key": LocalKey, "cursor.key": cursor_key}


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Settings with an empty home."""
    return load(home=tmp_path, supabase_url=None, supabase_secret_key=None, supabase_db_url=None)


def test_keys_are_made_once_and_are_readable_by_this_user_only(home: Settings) -> None:
    assert LocalKey(home).public == LocalKey(home).public
    assert cursor_key(home) == cursor_key(home)
    for name in KEYS:
        assert (home.home / "api" / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("left", [b"", b"-----BEGIN PRIVATE KEY-----\nMIG"], ids=["nothing", "a part"])
def test_a_key_that_a_loss_of_power_cut_is_named_with_its_remedy(home: Settings, name: str, left: bytes) -> None:
    KEYS[name](home)
    (home.home / "api" / name).write_bytes(left)
    with pytest.raises(JobmatchError, match=rf"{name} is damaged\. Put it back from a backup, or remove the file"):
        KEYS[name](home)
    (home.home / "api" / name).unlink()
    KEYS[name](home)
