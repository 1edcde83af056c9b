"""The API reference, made from the OpenAPI document: docs/api.md for the repository, and the page at /v1/docs.

The page is plain HTML without scripts, so it needs no other host and works under the strictest content policy.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

# What limits a value, and the sign that it is shown with.
_LIMITS = {"minimum": "≥", "maximum": "≤", "minLength": "length ≥", "maxLength": "length ≤"}
_TEMPLATES = Path(__file__).parent / "templates"


def markdown(document: dict[str, Any]) -> str:
    """The reference as Markdown."""
    return _render("reference.md.j2", document)


def html(document: dict[str, Any]) -> str:
    """The reference as one HTML page."""
    return _render("reference.html.j2", document)


def _render(template: str, document: dict[str, Any]) -> str:
    text: str = _environment().get_template(template).render(info=document["info"], groups=groups(document))
    return text.rstrip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def groups(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations by tag, each with what it takes and answers, in the document's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(document, path, method, operation))
    return [{**tag, "operations": found.get(tag["name"], [])} for tag in document["tags"]]


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    security = operation.get("security")
    who = "anyone" if not security else "anyone, or signed in" if {} in security else "signed in"
    content = operation.get("requestBody", {}).get("content", {})
    media, body = next(((media, _fields(document, shape["schema"])) for media, shape in content.items()), ("", []))
    good = {status: answer for status, answer in operation["responses"].items() if status < "400"}
    return {
        "method": method.upper(),
        "path": path,
        "text": operation.get("description") or operation.get("summary", ""),
        "who": who,
        "parameters": [_parameter(document, parameter) for parameter in operation.get("parameters", [])],
        "media": media,
        "body": body,
        "answers": [_answer(document, status, answer) for status, answer in good.items()],
        "problems": sorted(status for status in operation["responses"] if status >= "400"),
    }


def _parameter(document: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    return {
        "name": parameter["name"],
        "where": parameter["in"],
        "type": _type(document, schema),
        "default": json.dumps(schema["default"]) if schema.get("default") is not None else "",
        "text": parameter.get("description", ""),
    }


def _answer(document: dict[str, Any], status: str, answer: dict[str, Any]) -> dict[str, Any]:
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    shown = _resolve(document, schema).get("example") if schema else None
    return {
        "status": status,
        "text": "" if answer["description"] == "Successful Response" else answer["description"],
        "fields": _fields(document, schema) if schema else [],
        "example": json.dumps(shown, indent=2, ensure_ascii=False) if shown else "",
    }


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    whole = _resolve(document, schema)
    required = whole.get("required", [])
    return [
        {
            "name": name,
            "type": _type(document, field),
            "required": name in required,
            "text": field.get("description", ""),
        }
        for name, field in whole.get("properties", {}).items()
    ]


def _resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _type(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "anyOf" in schema:
        return " or ".join(_type(document, one) for one in schema["anyOf"])
    if "$ref" in schema:
        fields = ", ".join(_resolve(document, schema).get("properties", {}))
        return f"object ({fields})"
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_type(document, schema.get('items', {}))}"
    limits = [f"{sign} {schema[name]}" for name, sign in _LIMITS.items() if name in schema]
    choice = re.fullmatch(r"\^\(([a-z_|]+)\)\$", schema.get("pattern", ""))
    if choice:
        return choice[1].replace("|", ", ")
    return ", ".join([str(schema.get("format") or schema.get("type") or "any"), *limits])
