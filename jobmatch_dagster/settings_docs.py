"""``jobmatch settings``: the settings as a table, as ``.env.example``, and as they are now. Secrets are never shown.

The README's table and ``.env.example`` are made here and a test compares them, so that they cannot drift from the code.
"""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from jobmatch_dagster.settings import PROJECT_ROOT, environment_names

README_START, README_END = "<!-- settings: made by `jobmatch settings --write` -->", "<!-- end of settings -->"
HEAD = """\
# Copy to .env and uncomment what you change; everything works without it.
# The process environment wins over this file. Never commit a .env with keys.
"""


def _is_secret(field: Any) -> bool:
    return field.annotation is SecretStr or SecretStr in typing.get_args(field.annotation)


def _default(field: Any) -> str:
    value = field.default
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, Path):
        return str(value.relative_to(PROJECT_ROOT)) if value.is_relative_to(PROJECT_ROOT) else str(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def markdown() -> str:
    """A table of every variable, its default and what it means."""
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in environment_names().items():
        default = _default(field)
        lines.append(f"| `{name}` | {f'`{default}`' if default else ''} | {field.description} |")
    return "\n".join(lines)


def env_example() -> str:
    """``.env.example``: every variable, commented out, with its sentence and default."""
    blocks = [f"# {field.description}\n# {name}={_default(field)}" for name, field in environment_names().items()]
    return HEAD + "\n" + "\n\n".join(blocks) + "\n"


def with_table(readme: str) -> str:
    """The README with its settings table made anew."""
    before, _, rest = readme.partition(README_START)
    _, _, after = rest.partition(README_END)
    return f"{before}{README_START}\n{markdown()}\n{README_END}{after}"


@click.command()
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table of the README.")
@click.option("--write", is_flag=True, help="Write the README's table and .env.example anew.")
def settings(as_markdown: bool, write: bool) -> None:
    """Show every setting with its value here and now; secrets only as set or not set."""
    from jobmatch_dagster.settings import settings as current

    if write:
        (PROJECT_ROOT / ".env.example").write_text(env_example(), encoding="utf-8")
        readme = PROJECT_ROOT / "README.md"
        readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
        return
    if as_markdown:
        click.echo(markdown())
        return
    values = current()
    for field_name, field in type(values).model_fields.items():
        value = getattr(values, field_name)
        if _is_secret(field):
            shown = "set" if value is not None else "not set"
        else:
            shown = ",".join(value) if isinstance(value, list) else "" if value is None else str(value)
        click.echo(f"{field.alias:36} {shown}")
