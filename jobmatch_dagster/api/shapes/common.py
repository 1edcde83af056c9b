"""Values that several subjects share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# Postgres keeps no NUL, and no other control character belongs into a line of text.
LINE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(max_length=200, pattern=LINE)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]
REMOTE = r"^(onsite|hybrid|remote)$"
SENIORITY = r"^(intern|junior|mid|senior|lead|manager|director|executive)$"
EMPLOYMENT = r"^(full_time|part_time|contract|temporary|internship|volunteer|other)$"
Remote = Annotated[str, StringConstraints(pattern=REMOTE)]
Seniority = Annotated[str, StringConstraints(pattern=SENIORITY)]
Employment = Annotated[str, StringConstraints(pattern=EMPLOYMENT)]

Countries = Annotated[
    list[Country], Query(default_factory=list, max_length=20, description="ISO 3166-1 codes; any of them.")
]
Remotes = Annotated[list[Remote], Query(default_factory=list, max_length=3, description="Any of them.")]
Seniorities = Annotated[list[Seniority], Query(default_factory=list, max_length=8, description="Any of them.")]
Employments = Annotated[list[Employment], Query(default_factory=list, max_length=7, description="Any of them.")]
Languages = Annotated[list[Language], Query(default_factory=list, max_length=20, description="ISO 639-1; any of them.")]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows of a page.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before.")]


class Shape(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="ignore")


class Wish(BaseModel):
    """A body that a client sends; what is not named here is refused."""

    model_config = ConfigDict(extra="forbid")


class Page(Shape):
    """Where the next page begins."""

    next_cursor: str | None = Field(
        default=None, description="Pass it as `cursor` for the next page; null on the last."
    )


def example(**values: Any) -> ConfigDict:
    """The configuration of a model with an example."""
    return ConfigDict(json_schema_extra={"example": values})


def shown(model: type[BaseModel], *statuses: int, description: str = "Done.") -> dict[int | str, dict[str, Any]]:
    """``responses`` that document a model for statuses besides the operation's own."""
    return {status: {"model": model, "description": description} for status in statuses}
