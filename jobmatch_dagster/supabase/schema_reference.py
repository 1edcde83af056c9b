"""The schema reference, ``docs/schema.md``: tables, columns, policies and functions in words.

It is read from the catalogue of a migrated database, so it can only say what holds; a test compares the page with it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from jobmatch_dagster.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "schema.md"
SCHEMAS = {
    "public": "what apps see through row-level security.",
    "matching": "matches as they are kept, in numbers; not exposed as an API, read in words as `public.job_matches`.",
    "search": "full-text and distance search over jobs; not exposed as an API, used by the functions that are.",
    "raw": "postings as the boards showed them; for the pipeline alone.",
    "private": "the pipeline's own memory and the data team's tables; for the pipeline alone.",
    "storage": "the rules of the file store's bucket `resumes`.",
}
_TEMPLATES = Path(__file__).parent / "templates"
_CLIENTS = ("anon", "authenticated", "service_role")
_VERBS = ("select", "insert", "update", "delete")

_RELATIONS = """
select c.oid::bigint as id, n.nspname::text as schema, c.relname::text as name, c.relkind = 'v' as is_view,
  obj_description(c.oid) as text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'v', 'p')
  and (n.nspname <> 'storage' or exists (select from pg_policy p where p.polrelid = c.oid))
order by c.relname
"""
_COLUMNS = """
select attname::text as name, format_type(atttypid, atttypmod) as type, attnotnull as is_required,
  coalesce(col_description(attrelid, attnum), '') as text
from pg_attribute where attrelid = %(id)s::oid and attnum > 0 and not attisdropped order by attnum
"""
_CONSTRAINTS = """
select contype::text as kind, pg_get_constraintdef(oid, true) as definition
from pg_constraint where conrelid = %(id)s::oid and contype in ('p', 'u', 'f', 'c')
order by array_position(array['p', 'u', 'f', 'c'], contype::text), pg_get_constraintdef(oid)
"""
_RIGHTS = """
select role, verb, case
    when has_table_privilege(role, %(id)s::oid, verb) then 'all'
    when verb = 'delete' then null
    else (select string_agg(attname, ', ' order by attnum) from pg_attribute
           where attrelid = %(id)s::oid and attnum > 0 and not attisdropped
             and has_column_privilege(role, %(id)s::oid, attnum, verb))
  end as columns
from unnest(%(roles)s::text[]) role, unnest(%(verbs)s::text[]) verb
"""
_POLICIES = """
select polname::text as name, array_position('{r,a,w,d}'::"char"[], polcmd) as verb,
  array(select rolname::text from pg_roles where oid = any(polroles) order by rolname) as roles,
  pg_get_expr(coalesce(polqual, polwithcheck), polrelid, true) as rule
from pg_policy where polrelid = %(id)s::oid order by verb, polname
"""
_FUNCTIONS = """
select p.proname::text as name, pg_get_function_identity_arguments(p.oid) as arguments,
  pg_get_function_result(p.oid) as result, obj_description(p.oid) as text, p.prosecdef as is_definer,
  array(select role from unnest(%(roles)s::text[]) role where has_function_privilege(role, p.oid, 'execute')) as callers
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = %(schema)s order by p.proname
"""


def page(connection: psycopg.Connection[Any]) -> str:
    """The reference as Markdown.

    Args:
        connection: to a migrated database, with the owner's rights.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    text = environment.get_template("schema.md.j2").render(schemas=schemas(connection))
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def schemas(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """What the page shows, schema by schema."""
    with connection.cursor(row_factory=dict_row) as cursor:
        relations = cursor.execute(_RELATIONS, {"schemas": list(SCHEMAS)}).fetchall()
        return [
            {
                "name": name,
                "text": text,
                "relations": [_relation(cursor, row) for row in relations if row["schema"] == name],
                "functions": [] if name == "storage" else _functions(cursor, name),
            }
            for name, text in SCHEMAS.items()
        ]


def _relation(cursor: psycopg.Cursor[dict[str, Any]], row: dict[str, Any]) -> dict[str, Any]:
    # The file store's table is Supabase's own: only our policies on it are ours to describe.
    is_ours = row["schema"] != "storage"
    return {
        **row,
        "text": row["text"] or "Files of the store, one row each. The table is Supabase's; the policies are ours.",
        "columns": cursor.execute(_COLUMNS, row).fetchall() if is_ours else [],
        "constraints": [_constraint(**one) for one in cursor.execute(_CONSTRAINTS, row).fetchall()] if is_ours else [],
        "rights": _rights(cursor, row) if is_ours else "",
        "policies": [_policy(**policy) for policy in cursor.execute(_POLICIES, row).fetchall()],
    }


def _constraint(kind: str, definition: str) -> str:
    """A constraint in a few words."""
    if kind == "f":
        ours, theirs = definition.removeprefix("FOREIGN KEY ").split(" REFERENCES ", 1)
        target, _, then = theirs.partition(" ON DELETE ")
        ending = {"CASCADE": "; goes with it", "SET NULL": "; forgets it"}.get(then.split(" ON ")[0], "")
        return f"{ours} names a row of {target}{ending}"
    if kind == "c":
        return f"always `{_plain(definition.removeprefix('CHECK (').removesuffix(')'))}`"
    columns = definition[definition.index("(") :]
    return f"{columns} is the primary key" if kind == "p" else f"{columns} is there once"


def _rights(cursor: psycopg.Cursor[dict[str, Any]], row: dict[str, Any]) -> str:
    """Which of the API's roles may do what, before any policy."""
    granted: dict[str, list[str]] = {}
    for right in cursor.execute(_RIGHTS, {**row, "roles": list(_CLIENTS), "verbs": list(_VERBS)}).fetchall():
        if right["columns"]:
            what = "" if right["columns"] == "all" else f" ({right['columns']})"
            granted.setdefault(right["role"], []).append(right["verb"] + what)
    if not granted:
        return "Granted to none of the API's roles."
    return "Granted: " + "; ".join(f"`{role}` {_listed(verbs)}" for role, verbs in granted.items()) + "."


def _functions(cursor: psycopg.Cursor[dict[str, Any]], schema: str) -> list[dict[str, Any]]:
    found = cursor.execute(_FUNCTIONS, {"schema": schema, "roles": list(_CLIENTS)}).fetchall()
    for function in found:
        is_trigger = function["result"] == "trigger"
        function["callers"] = "its trigger alone" if is_trigger else _listed(function["callers"]) or "the owner alone"
    return found


def _policy(name: str, verb: int, roles: list[str], rule: str) -> str:
    """A policy as a sentence."""
    rows = "every row" if rule == "true" else f"rows where `{_plain(rule)}`"
    return f"*{name[:1].upper()}{name[1:]}*: {_VERBS[verb - 1]} by {_listed(roles)}, {rows}."


def _plain(rule: str) -> str:
    """An expression without what the catalogue adds when it prints one."""
    shown = re.sub(r"\( SELECT (auth\.uid\(\)) AS uid\)", r"\1", " ".join(rule.split()))
    return re.sub(r"::(text|double precision)\b(\[\])?", "", shown).replace("(auth.uid())", "auth.uid()")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
