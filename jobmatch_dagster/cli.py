"""``jobmatch …``: the names of all commands and where each one lives. No command's own code belongs here.

Commands are imported only when they run, so that ``jobmatch --help`` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from jobmatch_dagster import __version__
from jobmatch_dagster.errors import JobmatchError

# name -> (module, attribute, one line of help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": (
        "jobmatch_dagster.demo.commands",
        "demo",
        "Run two days of made-up postings and résumés through everything.",
    ),
    "up": ("jobmatch_dagster.supabase.commands", "up", "Start the embedded database and bring it up to date."),
    "down": ("jobmatch_dagster.supabase.commands", "down", "Stop the embedded database."),
    "status": ("jobmatch_dagster.supabase.commands", "status", "Say what runs, where, and what is in it."),
    "migrate": ("jobmatch_dagster.supabase.commands", "migrate", "Apply the migrations that the database lacks."),
    "backup": ("jobmatch_dagster.supabase.backup_commands", "backup", "Write the embedded default into one file."),
    "restore": ("jobmatch_dagster.supabase.backup_commands", "restore", "Put such a file back."),
    "supabase": (
        "jobmatch_dagster.supabase.commands",
        "supabase",
        "Check a Supabase project's setup; describe the schema.",
    ),
    "doctor": ("jobmatch_dagster.doctor", "doctor", "Find what is wrong with this setup and say how to mend it."),
    "warm": ("jobmatch_dagster.warm", "warm", "Build once what the first run would have to build."),
    "settings": ("jobmatch_dagster.settings_docs", "settings", "Show every setting and its value."),
    "dev": ("jobmatch_dagster.orchestration.commands", "dev", "Open the Dagster UI with schedules and sensors on."),
    "serve": (
        "jobmatch_dagster.orchestration.serving",
        "serve",
        "Run one part (daemon, ui, api) for a service manager.",
    ),
    "run": (
        "jobmatch_dagster.orchestration.commands",
        "run",
        "Materialise one day of the graph, with a funnel at the end.",
    ),
    "backfill": ("jobmatch_dagster.orchestration.commands", "backfill", "Run one stage again for a range of days."),
    "report": ("jobmatch_dagster.report.commands", "report", "Write the day's report as one HTML page."),
    "alerts": (
        "jobmatch_dagster.orchestration.alerts_commands",
        "alerts",
        "Tell the team when something is wrong; try the addresses.",
    ),
    "sql": ("jobmatch_dagster.sql_models.commands", "sql", "Run, test and explain the SQL models."),
    "import": (
        "jobmatch_dagster.boards.import_commands",
        "import_",
        "Bring in postings or résumés that you already have.",
    ),
    "scrape": ("jobmatch_dagster.crawling.commands", "scrape", "Ask one board for postings, without a database."),
    "scrapes": ("jobmatch_dagster.crawling.commands", "scrapes", "List, show, start and cancel scrape runs."),
    "boards": (
        "jobmatch_dagster.boards.commands",
        "boards",
        "The sources of postings: list, policy, extract a saved page.",
    ),
    "jobs": ("jobmatch_dagster.postings.commands", "jobs", "Clean postings into jobs."),
    "reread": (
        "jobmatch_dagster.stages.commands",
        "reread",
        "Read the skills of stored jobs again after a change of the taxonomy.",
    ),
    "skills": ("jobmatch_dagster.skills.commands", "skills", "Find skills in text; search the taxonomy."),
    "resumes": ("jobmatch_dagster.resumes.commands", "resumes", "Parse résumé files."),
    "matches": ("jobmatch_dagster.matching.commands", "matches", "Rank jobs for résumés and explain a match."),
    "people": ("jobmatch_dagster.supabase.people_commands", "people", "Erase or export what is kept about a person."),
    "api": ("jobmatch_dagster.api.commands", "api", "Serve the HTTP API for the downstream app."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jobmatch")
def root() -> None:
    """Job postings and résumés become ranked, explained matches.

    Start with `jobmatch demo`; it needs no network and no account. `jobmatch COMMAND --help` teaches each command.
    """


def main() -> None:
    """Run the command line; a JobmatchError becomes one sentence on stderr and a non-zero exit."""
    debug = os.environ.get("JOBMATCH_DEBUG") == "1"
    try:
        root(prog_name="jobmatch")
    except JobmatchError as error:
        if debug:
            raise
        print(f"jobmatch: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if debug:
            raise
        reason = error.strerror or error.__class__.__name__
        print(
            f"jobmatch: {error.filename or 'the system'}: {reason}. Check the path, its rights and free disk space.",
            file=sys.stderr,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
