"""The rules of Supabase's database linter, as queries over the catalogue of the migrated database.

Each query returns what breaks its rule. The linter itself needs a Postgres with libxml.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

RULES = {
    "a foreign key has an index": """
        select c.conrelid::regclass, c.conname from pg_constraint c join pg_namespace n on n.oid = c.connamespace
        where c.contype = 'f' and n.nspname in ('public', 'private', 'raw', 'search', 'matching') and not exists (
          select from pg_index i where i.indrelid = c.conrelid and i.indisvalid
          and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
          and c.conkey @> (i.indkey::int2[])[0:cardinality(c.conkey) - 1])""",
    "a column that a policy compares with the caller has an index": """
        select distinct p.tablename, a.attname from pg_policies p
        join pg_attribute a on a.attrelid = format('%I.%I', p.schemaname, p.tablename)::regclass and a.attnum > 0
        where p.schemaname in ('public', 'matching')
        and coalesce(p.qual, p.with_check) ~ ('\\(' || a.attname || ' = \\( SELECT auth')
        and not exists (select from pg_index i where i.indrelid = a.attrelid and i.indkey[0] = a.attnum)""",
    "a table has a primary key": """
        select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname in ('public', 'private', 'raw', 'search', 'matching')
        and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)""",
    "no two indexes are the same": """
        select indrelid::regclass, array_agg(indexrelid::regclass) from pg_index
        join pg_class c on c.oid = indrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'private', 'raw', 'search', 'matching')
        group by indrelid, indkey, indclass, coalesce(pg_get_expr(indpred, indrelid), ''),
          coalesce(pg_get_expr(indexprs, indrelid), ''), indoption
        having count(*) > 1""",
    "a public table has row-level security": """
        select c.oid::regclass from pg_class c where c.relkind in ('r', 'p')
        and c.relnamespace::regnamespace::text in ('public', 'search', 'matching') and not c.relrowsecurity""",
    "a table with row-level security has a policy": """
        select c.oid::regclass from pg_class c
        where c.relnamespace::regnamespace::text in ('public', 'search', 'matching') and c.relrowsecurity
        and not exists (select from pg_policy p where p.polrelid = c.oid)""",
    "a table with a policy has row-level security": """
        select p.polrelid::regclass from pg_policy p join pg_class c on c.oid = p.polrelid
        where not c.relrowsecurity""",
    "a policy names its roles": """
        select polrelid::regclass, polname from pg_policy where polroles = '{0}'""",
    "a policy asks for the caller once per statement": """
        select tablename, policyname from pg_policies
        where schemaname in ('public', 'storage', 'search', 'matching')
        and coalesce(qual, '') || coalesce(with_check, '') ~ 'auth\\.'
        and coalesce(qual, '') || coalesce(with_check, '') !~* '\\( *select auth\\.'""",
    "one table has at most one policy for an action of a role": """
        select schemaname, tablename, cmd, role from pg_policies, unnest(roles) role
        where schemaname in ('public', 'search', 'matching') group by schemaname, tablename, cmd, role
        having count(*) > 1""",
    "no policy lets everyone write": """
        select tablename, policyname from pg_policies
        where cmd <> 'SELECT' and schemaname in ('public', 'storage', 'matching')
        and (coalesce(qual, '') = 'true' or coalesce(with_check, '') = 'true')""",
    "an update policy checks the new row, too": """
        select tablename, policyname from pg_policies where cmd in ('UPDATE', 'ALL') and with_check is null
        and schemaname in ('public', 'storage', 'search', 'matching')""",
    "a view has the rights of its caller": """
        select oid::regclass from pg_class
        where relkind = 'v' and relnamespace::regnamespace::text in ('public', 'matching')
        and not coalesce(reloptions @> '{security_invoker=true}', false)""",
    "no materialized view is exposed": """
        select oid::regclass from pg_class where relkind = 'm' and relnamespace = 'public'::regnamespace""",
    "no view shows auth.users": """
        select distinct v.oid::regclass from pg_class v join pg_rewrite r on r.ev_class = v.oid
        join pg_depend d on d.objid = r.oid
        where v.relkind in ('v', 'm') and v.relnamespace = 'public'::regnamespace
        and d.refobjid = 'auth.users'::regclass""",
    "a function fixes its search path": """
        select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('public', 'private', 'search', 'raw', 'matching')
        and not exists (select from unnest(p.proconfig) as setting where setting like 'search_path=%')""",
    "a function with its owner's rights is not for the API's roles": """
        select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname in ('public', 'private', 'search', 'raw', 'matching')
        and (n.nspname = 'public' or has_function_privilege('anon', p.oid, 'execute')
          or has_function_privilege('authenticated', p.oid, 'execute'))""",
    "no extension lies in public": """
        select extname from pg_extension where extnamespace = 'public'::regnamespace""",
    "no bucket is public": "select id from storage.buckets where public",
    "the API's roles cannot reach the pipeline's schemas": """
        select nspname, role from pg_namespace, unnest(array['anon', 'authenticated']) role
        where nspname in ('private', 'raw', 'marts') and has_schema_privilege(role, nspname, 'usage')""",
    "nothing of the pipeline's is granted to the API's roles": """
        select table_schema, table_name, grantee from information_schema.role_table_grants
        where table_schema in ('private', 'raw', 'marts') and grantee in ('anon', 'authenticated', 'PUBLIC')""",
    "of how matches are kept everyone sees nothing, and a signed-in person only reads": """
        select c.relname, g.privilege_type from pg_class c
        cross join lateral aclexplode(c.relacl) g where c.relnamespace = 'matching'::regnamespace
        and (g.grantee = 0 or g.grantee = 'anon'::regrole
          or g.grantee = 'authenticated'::regrole and g.privilege_type <> 'SELECT')
        union all
        select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'matching'::regnamespace and a.attacl is not null
        union all
        select n.nspname, 'usage' from pg_namespace n where n.nspname = 'matching'
        and has_schema_privilege('anon', n.oid, 'usage')""",
    "everyone calls none of the functions that put matches into words": """
        select p.oid::regprocedure from pg_proc p where p.pronamespace = 'matching'::regnamespace
        and has_function_privilege('anon', p.oid, 'execute')""",
    "a function that changes matches is not for the API's people": """
        select p.oid::regprocedure from pg_proc p where p.pronamespace = 'matching'::regnamespace
        and p.provolatile = 'v' and has_function_privilege('authenticated', p.oid, 'execute')""",
    "a table and its columns say what they mean": """
        select c.oid::regclass, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped
        where c.relkind = 'r' and n.nspname in ('public', 'private', 'raw', 'search', 'matching')
        and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)""",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_linters_rule_holds(connection: psycopg.Connection[Any], rule: str) -> None:
    assert connection.execute(RULES[rule]).fetchall() == []  # type: ignore[arg-type]


BREACHES = {
    "a foreign key has an index": "create table matching.x (id int primary key, j uuid references public.jobs)",
    "a table has a primary key": "create table matching.x (id int)",
    "a column that a policy compares with the caller has an index": "drop index matching.lists_user_id_idx",
    "no two indexes are the same": "create index again on matching.lists (user_id)",
    "a public table has row-level security": "create table matching.x (id int primary key)",
    "a table with row-level security has a policy": (
        "create table public.x (id int primary key); alter table public.x enable row level security"
    ),
    "of how matches are kept everyone sees nothing, and a signed-in person only reads": (
        "grant update (scores) on matching.lists to authenticated"
    ),
    "everyone calls none of the functions that put matches into words": (
        "create function matching.x() returns int language sql as 'select 1'"
    ),
    "a function that changes matches is not for the API's people": (
        "grant execute on function matching.forget_jobs(uuid[]) to authenticated"
    ),
    "a table and its columns say what they mean": "comment on column matching.lists.parts is null",
    "a policy names its roles": "create policy p on public.jobs for select using (true)",
    "a policy asks for the caller once per statement": (
        "create policy p on public.users for select to anon using (id = auth.uid())"
    ),
    "one table has at most one policy for an action of a role": (
        "create policy p on public.jobs for select to anon using (true)"
    ),
    "no policy lets everyone write": "create policy p on public.jobs for delete to anon using (true)",
    "an update policy checks the new row, too": "create policy p on public.jobs for update to anon using (board = 'x')",
    "a view has the rights of its caller": "create view public.x as select 1",
    "no view shows auth.users": "create view public.x with (security_invoker) as select email from auth.users",
    "a function fixes its search path": "create function matching.y() returns int language sql as 'select 1'",
    "a function with its owner's rights is not for the API's roles": (
        "create function private.x() returns int language sql security definer as 'select 1'"
    ),
    "no bucket is public": "update storage.buckets set public = true",
    "the API's roles cannot reach the pipeline's schemas": "grant usage on schema private to anon",
    "nothing of the pipeline's is granted to the API's roles": "grant select on raw.postings to anon",
}


@pytest.mark.parametrize("rule", BREACHES)
def test_the_rule_would_find_a_breach(connection: psycopg.Connection[Any], rule: str) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute(BREACHES[rule])  # type: ignore[arg-type]
        assert connection.execute(RULES[rule]).fetchall() != []  # type: ignore[arg-type]
