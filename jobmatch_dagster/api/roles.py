"""Who is of the data team: a word in the account's ``app_metadata``, which only the service can write."""

from __future__ import annotations

import json

from jobmatch_dagster.api.tokens import DATA_TEAM
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import database
from jobmatch_dagster.supabase.client import service_client


def set_data_team(settings: Settings, user_id: str, is_member: bool) -> None:
    """Give an account the data team's role, or take it away. On the embedded default old sessions end."""
    metadata = {"role": DATA_TEAM if is_member else None}
    if settings.mode == "supabase":
        service_client(settings).auth.admin.update_user_by_id(user_id, {"app_metadata": metadata})
    with database.connect(settings) as connection, connection.transaction():
        if settings.mode == "embedded":
            connection.execute(
                "update auth.users set raw_app_meta_data = jsonb_strip_nulls(raw_app_meta_data || %s::jsonb)"
                " where id = %s",
                [json.dumps(metadata), user_id],
            )
            connection.execute("delete from auth.sessions where user_id = %s", [user_id])
        connection.execute(
            "insert into private.audit_log (actor, action, subject) values ('command', %s, %s)",
            ["join data team" if is_member else "leave data team", user_id],
        )
