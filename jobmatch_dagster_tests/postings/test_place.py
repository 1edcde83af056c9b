"""Places as boards write them become cities, regions and countries, or stay open."""

import pytest

from jobmatch_dagster.postings.phrases import find
from jobmatch_dagster.postings.place import Reading, read_place, read_remote
from jobmatch_dagster.postings.place.remote import scope_in_text
from jobmatch_dagster.postings.place.timezones import zones_in_place, zones_in_text


def first(written, hint=None):
    places = read_place(written, hint).places
    return (places[0].city, places[0].region, places[0].country) if places else None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("San Francisco, CA 94103", ("San Francisco", "California", "US")),
        ("Toronto, CA", ("Toronto", "Ontario", "CA")),
        ("Berlin, DE", ("Berlin", "Berlin", "DE")),
        ("Milford, DE", ("Milford", "Delaware", "US")),
        ("GA - Marietta", ("Marietta", "Georgia", "US")),
        ("Tbilisi, Georgia", ("Tbilisi", None, "GE")),
        ("Atlanta, Georgia", ("Atlanta", "Georgia", "US")),
        ("München Deutschland", ("Munich", "Bayern", "DE")),
        ("80331 München", ("Munich", "Bayern", "DE")),
        ("Warszawa, mazowieckie, Polska", ("Warsaw", "Mazowieckie", "PL")),
        ("Greater London Area, United Kingdom", ("London", "England", "GB")),
        ("1200 Park Pl, San Mateo, California 94403", ("San Mateo", "California", "US")),
        ("US, CA, Santa Clara", ("Santa Clara", "California", "US")),
        ("India, Bangalore", ("Bengaluru", "Karnataka", "IN")),
        ("3511 AB Utrecht", ("Utrecht", "Utrecht", "NL")),
        ("上海", ("Shanghai", None, "CN")),
        ("Allemagne", (None, None, "DE")),
        ("Bundesweit", (None, None, "DE")),
        ("King of Prussia, PA", ("King of Prussia", "Pennsylvania", "US")),
        ("Chennai, TN", ("Chennai", "Tamil Nadu", "IN")),
        ("Remote - US", (None, None, "US")),
    ],
)
def test_one_place(written, expected):
    assert first(written) == expected


@pytest.mark.parametrize(
    "written", ["Cambridge", "CA", "4 Locations", "Remote", "siehe Beschreibung", "Headquarter", "N/A", ""]
)
def test_what_does_not_tell_a_country_stays_open(written):
    place = first(written)
    assert place is None or place[2] is None


def test_the_country_of_the_ad_decides_between_cities_of_one_name():
    assert first("Valencia", "ES") == ("Valencia", "Comunidad Valenciana", "ES")
    assert first("Valencia") is None


@pytest.mark.parametrize(
    ("written", "cities"),
    [
        ("Berlin, Hamburg, München", ["Berlin", "Hamburg", "Munich"]),
        ("Austin, TX | Denver, CO", ["Austin", "Denver"]),
        ("Hamburg und Hannover", ["Hamburg", "Hannover"]),
        ("香港/上海/深圳", ["Hong Kong", "Shanghai", "Shenzhen"]),
        ("London, Birmingham, Manchester, England, United Kingdom", ["London", "Birmingham", "Manchester"]),
    ],
)
def test_several_places_stay_several(written, cities):
    assert [place.city for place in read_place(written).places] == cities


def remote(location="", title="", text="", board=""):
    in_title, in_text = find([title, text])
    return read_remote(board, location, title, in_title, in_text)


@pytest.mark.parametrize(
    ("given", "kind", "scope"),
    [
        ({"location": "Remote - EMEA"}, "remote", "EMEA"),
        ({"location": "Berlin (Hybrid)"}, "hybrid", None),
        ({"title": "Nurse (Remote)"}, "remote", None),
        ({"text": "You work two days in the office and three from home."}, "hybrid", None),
        ({"text": "The work is done on site in Leeds."}, "onsite", None),
        ({"text": "Praca w pełni zdalna."}, "remote", None),
        ({"text": "Experience with remote sensing is welcome."}, None, None),
        ({"board": "Hybrid work", "location": "Remote"}, "hybrid", None),
    ],
)
def test_how_the_work_is_done(given, kind, scope):
    found = remote(**given)
    assert (found.kind, found.scope) == (kind, scope)


def test_a_text_that_says_both_says_nothing():
    assert remote(text="This is a remote position. This is an onsite role.").kind is None


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("You must be based in the United States.", "US"),
        ("Vollständig remote innerhalb von der EU.", "EU"),
        ("Puesto totalmente remoto dentro de España.", "ES"),
        ("You must be based in good health.", None),
    ],
)
def test_where_a_remote_worker_must_live(text, scope):
    assert scope_in_text(text, find([text])[0])[0] == scope


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Paris, TX", ("Paris", "Texas", "US")),
        ("Paris", ("Paris", "Île-de-France", "FR")),
        ("London, ON", ("London", "Ontario", "CA")),
        ("Moscow, ID", ("Moscow", "Idaho", "US")),
        ("Warsaw, IN", ("Warsaw", "Indiana", "US")),
        ("Cambridge, Ontario", ("Cambridge", "Ontario", "CA")),
        ("New Mexico", (None, "New Mexico", "US")),
        ("New Jersey", (None, "New Jersey", "US")),
        ("Northern Ireland", (None, "Northern Ireland", "GB")),
        ("Washington State", (None, "Washington", "US")),
        ("Frankfurt (Oder)", ("Frankfurt (Oder)", "Brandenburg", "DE")),
        ("Freiburg", ("Freiburg", "Baden-Württemberg", "DE")),
        ("Sydney NSW", ("Sydney", "New South Wales", "AU")),
        ("20121 Milano MI", ("Milan", "Lombardia", "IT")),
        ("EC2A London", ("London", "England", "GB")),
        ("Porto", ("Porto", "Porto", "PT")),
        ("US (Remote)", (None, None, "US")),
        ("Remote (US only)", (None, None, "US")),
        ("NY - Flushing", ("Flushing", "New York", "US")),
    ],
)
def test_look_alikes_are_told_apart(written, expected):
    assert first(written) == expected


@pytest.mark.parametrize("written", ["Georgia", "Waterloo", "Richmond", "Neustadt", "Kingston", "Toledo"])
def test_a_name_of_several_countries_stays_open(written):
    assert first(written) is None
    assert read_place(written).notes


@pytest.mark.parametrize(
    "written",
    ["Remote - CET ± 2h", "Remote (UTC-5 to UTC+2)", "Anywhere in Europe", "Worldwide", "Remote - US time zones"],
)
def test_a_time_zone_or_an_area_is_no_place_and_no_fault(written):
    assert read_place(written) == Reading()


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Software Engineer (Remote)", "remote"),
        ("Remote Nurse", "remote"),
        ("Buyer - Hybrid", "hybrid"),
        ("Remote Sensing Scientist", None),
        ("Remote Support Technician", None),
        ("Distributed Systems Engineer", None),
        ("Virtual Assistant", None),
        ("Hybrid Vehicle Technician", None),
        ("Onsite Support Engineer", None),
        ("Automation Anywhere Developer", None),
        ("Nurse - Not Remote", None),
    ],
)
def test_remote_in_a_title_is_about_the_place_of_work_only(title, kind):
    assert remote(title=title).kind == kind


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("This role is fully remote, US only.", "US"),
        ("Please contact us only by e-mail.", None),
        ("You must live in Germany, Austria or Switzerland.", "DE,AT,CH"),
        ("Open to candidates in the United States or Canada.", "US,CA"),
    ],
)
def test_a_scope_names_every_country_it_allows(text, scope):
    assert scope_in_text(text, find([text])[0])[0] == scope


@pytest.mark.parametrize(
    ("written", "scope"),
    [
        ("Remote - CET ± 2h", "UTC-1 to UTC+3"),
        ("Remote (UTC-5 to UTC+2)", "UTC-5 to UTC+2"),
        ("Remote - US time zones", "UTC-8 to UTC-5"),
        ("Remote (EST)", "UTC-5"),
        ("Remote, UTC+5:30", "UTC+5.5"),
        ("Hartford, CT", None),
        ("Helena, MT", None),
    ],
)
def test_time_zones_beside_remote(written, scope):
    found = zones_in_place(written)
    assert (found.scope if found else None) == scope


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("We need four hours of overlap with PST.", "overlap with UTC-8"),
        ("You live within 3 hours of CET.", "UTC-2 to UTC+4"),
        ("Zeitzone: MEZ ± 2 Stunden", "UTC-1 to UTC+3"),
        ("You work in European time zones.", "UTC to UTC+2"),
        ("The desk is open 9 to 5 EST.", None),
        ("Our people span 12 time zones.", None),
        ("CT scan technologist, part time (PT)", None),
    ],
)
def test_time_zones_that_a_text_asks_for(text, scope):
    found = zones_in_text(text, find([text])[0].get("time_zone", []))
    assert (found.scope if found else None) == scope
    if found:
        assert text[found.start : found.end].strip()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("NJ - Medford", ("Medford", "New Jersey", "US")),
        ("Bratislava 1, Slovakia", ("Bratislava", None, "SK")),
        ("40 College Blvd, Ste F600 Flushing, NY 11354", ("Flushing", "New York", "US")),
        ("Acme Corporation_Internship, , Japan", (None, None, "JP")),
        ("Germany - Update Location", (None, None, "DE")),
    ],
)
def test_a_small_town_keeps_its_state_and_an_office_is_no_town(written, expected):
    assert first(written) == expected
