"""What is kept is worked out again exactly when something that it depends on has changed."""

from pathlib import Path

from jobmatch_dagster.kept import kept


def test_it_is_made_once_until_a_source_or_a_version_changes(tmp_path: Path) -> None:
    source, calls = tmp_path / "a.sql", []
    source.write_text("select 1")

    def make() -> dict[str, object]:
        calls.append(source.read_text())
        return {"text": calls[-1], "pair": ("x", 1)}

    def again(*versions: str) -> dict[str, object]:
        found: dict[str, object] = kept(tmp_path / "kept", [source], make, versions=versions)
        return found

    assert again() == again() == {"text": "select 1", "pair": ["x", 1]}
    source.write_text("select 2")
    assert again()["text"] == "select 2"
    assert again("sqlglot 31")["text"] == "select 2"
    assert calls == ["select 1", "select 2", "select 2"]


def test_two_sources_that_swap_their_texts_are_another_state(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"

    def state() -> list[str]:
        found: list[str] = kept(tmp_path / "kept", [first, second], lambda: [first.read_text(), second.read_text()])
        return found

    first.write_text("x")
    second.write_text("y")
    assert state() == ["x", "y"]
    first.write_text("y")
    second.write_text("x")
    assert state() == ["y", "x"]
