"""Searching jobs over HTTP: conditions, order, pages, counts; and corrections by the data team."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from jobmatch_dagster import tables
from jobmatch_dagster.api import money
from jobmatch_dagster.api.job_search import Circle
from jobmatch_dagster.settings import Settings
from jobmatch_dagster_tests.api.conftest import Member
from jobmatch_dagster_tests.supabase.world import job, jobs

TODAY = dt.date.today()
VIENNA = [{"city": "Vienna", "country": "AT", "lat": 48.21, "lon": 16.37}]
BRATISLAVA = [{"city": "Bratislava", "country": "SK", "lat": 48.15, "lon": 17.11}]
GRAZ = [{"city": "Graz", "country": "AT", "lat": 47.07, "lon": 15.44}]


def euros(amount: float, currency: str = "EUR") -> dict[str, Any]:
    return {"salary_annual_min": amount, "salary_annual_max": amount, "salary_currency": currency}


ROWS = [
    job(1, city="Vienna", country="AT", places=VIENNA, remote="hybrid", seniority="senior", **euros(70_000)),
    job(2, city="Bratislava", country="SK", places=BRATISLAVA, title="Baker", remote="onsite", **euros(30_000)),
    job(3, city="Graz", country="AT", places=GRAZ, title="Database engineer", description="PostgreSQL all day."),
    job(4, places=[*GRAZ, *VIENNA], title="Datenbankentwicklerin", description="Du baust Datenbanken.", language="de"),
    job(5, title="Surgeon", first_seen_on=TODAY - dt.timedelta(days=3), last_seen_on=TODAY, **euros(90_000, "USD")),
    job(6, title="Closed", closed_on=TODAY),
    job(7, title="Copy", duplicate_of=tables.job_id("greenhouse", "1")),
    job(8, title="No place at all", places=[{"city": "?", "lat": "x", "lon": None}, 3, {"lat": 999, "lon": 999}]),
]
ID = {row["external_id"]: row["id"] for row in ROWS}


@pytest.fixture(scope="module", autouse=True)
def rows(database: Settings) -> None:
    import json

    from jobmatch_dagster.supabase.database import connect, merge

    made = [{**row, "places": json.dumps(row["places"]) if row.get("places") else None} for row in ROWS]
    with connect(database) as admin:
        merge(admin, "public.jobs", jobs(*made), key=["id"])
        admin.execute(
            "insert into public.skills (id, label, kind, taxonomy_version) values ('jm:pg', 'PostgreSQL', 'tool', '1')"
        )
        for number, requirement in (("3", "required"), ("2", "excluded")):
            admin.execute(
                "insert into public.job_skills (job_id, skill_id, requirement, surface, evidence, weight)"
                " values (%s, 'jm:pg', %s, 'PostgreSQL', '{0,10}', 1)",
                [ID[number], requirement],
            )


def found(client: TestClient, **asked: Any) -> list[str]:
    """External ids of the jobs found, in order."""
    answer = client.get("/v1/jobs", params=asked)
    assert answer.status_code == 200, answer.text
    names = {id_: number for number, id_ in ID.items()}
    return [names[row["id"]] for row in answer.json()["jobs"]]


def test_closed_jobs_and_copies_are_left_out_and_the_newest_comes_first(client: TestClient) -> None:
    everything = found(client)
    assert sorted(everything) == ["1", "2", "3", "4", "5", "8"]
    assert everything[0] == "5"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "database"}, {"3"}),
        ({"q": "databases engineering"}, {"3"}),
        ({"q": "Datenbank"}, {"4"}),
        ({"q": "lifts -mechanic"}, {"2", "3", "4", "5", "8"}),
        ({"q": 'lifts -mechanics -"all day"'}, {"2", "4", "5", "8"}),
        ({"q": '"lift mechanic"'}, {"1"}),
        ({"country": "at"}, {"1", "3"}),
        ({"country": ["AT", "SK"]}, {"1", "2", "3"}),
        ({"city": "vienna"}, {"1"}),
        ({"place": "Vienna", "radius_km": 30}, {"1", "4"}),
        ({"place": "Wien", "radius_km": 80}, {"1", "2", "4"}),
        ({"place": "Vienna", "radius_km": 200}, {"1", "2", "3", "4"}),
        ({"remote": "hybrid"}, {"1"}),
        ({"remote": ["hybrid", "onsite"]}, {"1", "2"}),
        ({"seniority": "senior"}, {"1"}),
        ({"language": "de"}, {"4"}),
        ({"skill": "jm:pg"}, {"3"}),
        ({"skill": "postgresql"}, {"3"}),
        ({"skill": ["postgresql", "unheard of"]}, set()),
        ({"max_age_days": 7}, {"5"}),
        ({"min_salary": 60_000}, {"1", "5"}),
        ({"min_salary": 60_000, "country": "AT"}, {"1"}),
        ({"company": "nordhub lifts", "remote": "onsite"}, {"2"}),
    ],
)
def test_a_condition_leaves_what_meets_it(client: TestClient, asked: dict[str, Any], expected: set[str]) -> None:
    assert set(found(client, **asked)) == expected


def test_a_salary_floor_counts_in_any_currency(client: TestClient) -> None:
    in_dollars = money.per_euro()["USD"]
    assert set(found(client, min_salary=69_000 * in_dollars, currency="usd")) >= {"1"}
    assert "1" not in found(client, min_salary=71_000 * in_dollars, currency="USD")
    assert found(client, sort="salary") == (["5", "1", "2"] if 90_000 / in_dollars > 70_000 else ["1", "5", "2"])
    assert client.get("/v1/jobs", params={"min_salary": 1, "currency": "XXX"}).status_code == 422


def test_a_place_that_nobody_knows_is_said_to_be_unknown(client: TestClient) -> None:
    assert client.get("/v1/jobs", params={"place": "Atlantis-on-Sea"}).status_code == 422


@pytest.mark.parametrize("sort", ["newest", "relevance", "salary"])
def test_pages_hold_every_job_once_whatever_the_order(client: TestClient, sort: str) -> None:
    whole = found(client, sort=sort)
    names = {id_: number for number, id_ in ID.items()}
    paged: list[str] = []
    cursor = None
    while True:
        page = client.get(
            "/v1/jobs", params={"sort": sort, "limit": 2, **({"cursor": cursor} if cursor else {})}
        ).json()
        paged += [names[row["id"]] for row in page["jobs"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == whole


def test_facets_count_what_was_found(client: TestClient) -> None:
    facets = client.get("/v1/jobs", params={"facets": "true"}).json()["facets"]
    assert facets["counted"] == 6
    assert facets["is_complete"] is True
    assert facets["values"]["country"] == {"AT": 2, "SK": 1}
    assert facets["values"]["remote"] == {"hybrid": 1, "onsite": 1}
    assert client.get("/v1/jobs").json()["facets"] is None


def test_one_job_has_its_text_and_skills_even_when_it_is_closed(client: TestClient) -> None:
    one = client.get(f"/v1/jobs/{ID['3']}").json()
    assert one["description"] == "PostgreSQL all day."
    assert [(s["label"], s["requirement"]) for s in one["skills"]] == [("PostgreSQL", "required")]
    assert client.get(f"/v1/jobs/{ID['6']}").json()["closed_on"] == str(TODAY)
    assert client.get("/v1/jobs/00000000-0000-4000-8000-000000000000").status_code == 404


def test_an_unchanged_answer_is_not_sent_again(client: TestClient) -> None:
    first = client.get(f"/v1/jobs/{ID['3']}")
    again = client.get(f"/v1/jobs/{ID['3']}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    weak = client.get(f"/v1/jobs/{ID['3']}", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert weak.status_code == 304
    assert client.get(f"/v1/jobs/{ID['3']}", headers={"If-None-Match": '"x"'}).status_code == 200


def test_the_data_team_corrects_a_job_and_it_is_matched_anew(
    client: TestClient, member: Member, connection: psycopg.Connection[Any]
) -> None:
    connection.execute("insert into private.scored values ('job', %s, 'h', 'v') on conflict do nothing", [ID["8"]])
    answer = member("PATCH", f"/v1/jobs/{ID['8']}", json={"seniority": "lead", "country": "at"})
    assert (answer.status_code, answer.json()["seniority"], answer.json()["country"]) == (200, "lead", "AT")
    assert connection.execute("select 1 from private.scored where id = %s", [ID["8"]]).fetchone() is None
    note = connection.execute("select actor, detail from private.audit_log where subject = %s", [ID["8"]]).fetchone()
    assert note == (member.id, {"fields": ["country", "seniority"]})
    for wrong in ({"id": ID["1"]}, {"seniority": "boss"}, {"title": ""}, {"title": " "}, {"content_hash": "x"}):
        assert member("PATCH", f"/v1/jobs/{ID['8']}", json=wrong).status_code == 422
    member("PATCH", f"/v1/jobs/{ID['8']}", json={"seniority": None, "country": None})


@pytest.mark.parametrize(
    ("lat", "lon", "radius"), [(48.2, 16.4, 50), (0, 179.9, 100), (89.5, 0, 100), (-60, -179.9, 500)]
)
def test_the_squares_of_a_circle_hold_every_point_in_it(
    connection: psycopg.Connection[Any], lat: float, lon: float, radius: float
) -> None:
    cells = set(Circle(lat, lon, radius).cells())
    inside = connection.execute(
        """select search.cell(p.lat, p.lon) from (
             select least(90, greatest(-90, %(lat)s + (random() * 2 - 1) * %(deg)s)) as lat,
                    ((%(lon)s + (random() * 2 - 1) * 40 + 540)::numeric %% 360)::float8 - 180 as lon
               from generate_series(1, 5000)) p
           where search.nearest_km(jsonb_build_array(jsonb_build_object('lat', p.lat, 'lon', p.lon)),
                                   %(lat)s, %(lon)s) <= %(km)s""",
        {"lat": lat, "lon": lon, "deg": radius / 111, "km": radius},
    ).fetchall()
    assert {row[0] for row in inside} <= cells
