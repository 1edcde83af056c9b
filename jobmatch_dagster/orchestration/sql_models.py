"""The SQL models as assets: one each, with its columns, lineage and tests as the headers in ``dbt_like_sql`` say."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.metadata import EVERY_DAY, OWNERS, asset_tags, markdown_table
from jobmatch_dagster.orchestration.resources import Platform
from jobmatch_dagster.settings import settings
from jobmatch_dagster.sql_models import data_tests, parsed
from jobmatch_dagster.sql_models.lineage import Lineage
from jobmatch_dagster.sql_models.model import Model
from jobmatch_dagster.sql_models.project import Project
from jobmatch_dagster.stages.verdicts import Verdict, failing_since, keep

PREVIEW_ROWS = 8
HEADER_CHECK = "keeps_its_promises"


def _dependencies(model: Model, loaded: Project) -> list[str]:
    made = {asset for source in model.sources if (asset := loaded.sources[source])}
    return sorted(made | set(model.refs))


def _asset_of(relation: str, loaded: Project) -> str | None:
    schema, name = relation.split(".", 1)
    return name if name in loaded.models else loaded.sources.get((schema, name))


def _metadata(model: Model, loaded: Project, origins_of: Lineage) -> dict[str, Any]:
    columns = [dg.TableColumn(name=c.name, type=c.type, description=c.description) for c in model.columns]
    origins = {
        column: [
            dg.TableColumnDep(asset_key=dg.AssetKey(asset), column_name=name)
            for relation, name in found
            if (asset := _asset_of(relation, loaded))
        ]
        for column, found in origins_of.items()
    }
    return {
        "dagster/table_name": model.relation,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "dagster/column_lineage": dg.TableColumnLineage({c: deps for c, deps in origins.items() if deps}),
    }


def _specs(model: Model, tests: list[data_tests.DataTest]) -> list[dg.AssetCheckSpec]:
    """One check for the whole header and one a file in ``tests``: each check costs the run a tenth of a second."""
    names = {name: " ".join(test.promise for test in group) for name, group in _by_check(tests).items()}
    return [dg.AssetCheckSpec(name, asset=model.name, description=promise) for name, promise in names.items()]


def _by_check(tests: Iterable[data_tests.DataTest]) -> dict[str, list[data_tests.DataTest]]:
    groups: dict[str, list[data_tests.DataTest]] = {}
    for test in tests:
        groups.setdefault(test.name if test.file.layer == "tests" else HEADER_CHECK, []).append(test)
    return groups


def make_asset(
    model: Model, loaded: Project, tests: list[data_tests.DataTest], origins: Lineage
) -> dg.AssetsDefinition:
    """The asset of one model; its tests run in the same step.

    Args:
        model: the model.
        loaded: the project that it is part of.
        tests: the tests that watch it.
        origins: where its columns come from.
    """

    @dg.asset(
        name=model.name,
        deps=_dependencies(model, loaded),
        group_name=model.layer,
        owners=[model.owner] if model.owner else OWNERS,
        kinds={"sql", "postgres", "view" if model.materialisation == "view" else "table"},
        tags=asset_tags(model.layer),
        description=model.description,
        metadata=_metadata(model, loaded, origins),
        check_specs=_specs(model, tests),
        code_version=model.code_version,
        freshness_policy=EVERY_DAY,
    )
    def built(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult:
        from jobmatch_dagster.sql_models.build import build

        days, today = days_of_run(context.run.tags), datetime.now(UTC).date()
        with explained(), platform.connection() as conn:
            done = build(conn, model, days=days)
            preview = _preview(conn, model)
            verdicts = [data_tests.run(conn, test) for test in tests]
            kept = _kept(conn, verdicts, max(days, default=today))
            keep(conn, kept)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": done.rows,
                "seconds": round(done.seconds, 3),
                "preview": dg.MetadataValue.md(preview),
            },
            check_results=list(_results(verdicts, {one.name: one.sentence for one in kept})),
        )

    return built


def days_of_run(tags: Mapping[str, str]) -> list[date]:
    """The days that a run is about, by its tags; empty where it is about none, and a model then writes all of its own.

    Models have no partitions in Dagster, but the run that builds them has.
    """
    first = tags.get("dagster/asset_partition_range_start") or tags.get("dagster/partition")
    last = tags.get("dagster/asset_partition_range_end") or first
    if not first or not last:
        return []
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return []
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _preview(conn: Any, model: Model) -> str:
    from psycopg import sql
    from psycopg.rows import dict_row

    query = sql.SQL("select * from {} limit {}").format(
        sql.Identifier(model.layer, model.name), sql.Literal(PREVIEW_ROWS)
    )
    with conn.cursor(row_factory=dict_row) as cursor:
        return markdown_table(cursor.execute(query).fetchall())


def _sentence(verdict: data_tests.Verdict, since: date | None = None) -> str:
    """What holds; or what happened, since when where it is not new, and what to do."""
    if verdict.passed:
        return verdict.test.promise
    rows = f"{verdict.wrong:,} row{' breaks' if verdict.wrong == 1 else 's break'} it"
    words = [f"{rows}: {verdict.test.promise}", verdict.told, f"So since {since}." if since else ""]
    return " ".join(filter(None, [*words, f"`jobmatch sql test {verdict.test.model}` says it again after mending."]))


def _kept(conn: Any, verdicts: Iterable[data_tests.Verdict], day: date) -> list[Verdict]:
    """The verdicts as they are remembered. What says by itself since when, is not asked."""
    kept = []
    for one in verdicts:
        asset, name, since = one.test.model, one.test.name, None
        if not one.passed and not one.told:
            first = failing_since(conn, asset, name, day)
            since = first if first < day else None
        kept.append(Verdict(asset, name, day, one.passed, False, _sentence(one, since)))
    return kept


def _results(verdicts: list[data_tests.Verdict], sentences: Mapping[str, str]) -> Iterator[dg.AssetCheckResult]:
    found = {verdict.test.name: verdict for verdict in verdicts}
    for name, tests in _by_check(verdict.test for verdict in verdicts).items():
        failed = [found[test.name] for test in tests if not found[test.name].passed]
        severe = any(verdict.test.severity == "error" for verdict in failed)
        examples = [row for verdict in failed for row in verdict.examples]
        yield dg.AssetCheckResult(
            check_name=name,
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR if severe else dg.AssetCheckSeverity.WARN,
            description=" ".join(sentences[one.test.name] for one in failed)
            or " ".join(test.promise for test in tests),
            metadata={
                "wrong_rows": sum(verdict.wrong for verdict in failed),
                "examples": dg.MetadataValue.md(markdown_table(examples)),
            },
        )


def _all_assets() -> list[dg.AssetsDefinition]:
    loaded, origins = parsed.load(settings().cache)
    tests: dict[str, list[data_tests.DataTest]] = {}
    for test in data_tests.of_project(loaded):
        tests.setdefault(test.model, []).append(test)
    return [make_asset(model, loaded, tests.get(name, []), origins[name]) for name, model in loaded.models.items()]


MODEL_ASSETS = _all_assets()
