"""Pay is read as written in many currencies and number formats, and nothing else is taken for pay."""

import pytest

from jobmatch_dagster.guesses import is_guess
from jobmatch_dagster.postings.phrases import find
from jobmatch_dagster.postings.salary import Salary, lines, read_salary, salary_of


def read(text, **context):
    return read_salary(text, find([text])[0], **context)


def line(written):
    return lines([written])[written]


def values(salary):
    return salary and (salary.low, salary.high, salary.currency, salary.period)


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("The pay is 55.000–65.000 € im Jahr.", None, (55000, 65000, "EUR", "year")),
        ("Salary: £45k", None, (45000, 45000, "GBP", "year")),
        ("Wynagrodzenie: 12 000 – 15 000 zł brutto / mies.", None, (12000, 15000, "PLN", "month")),
        ("USD 120,000 per year", None, (120000, 120000, "USD", "year")),
        ("We pay $60/hr", "US", (60, 60, "USD", "hour")),
        ("We pay $35 - $45 an hour", "CA", (35, 45, "CAD", "hour")),
        ("A$120,000 to A$130,000 a year", None, (120000, 130000, "AUD", "year")),
        ("Lohn CHF 120'000 pro Jahr", None, (120000, 120000, "CHF", "year")),
        ("CTC ₹12-15 LPA", None, (1200000, 1500000, "INR", "year")),
        ("Salary 12,00,000 INR per annum", None, (1200000, 1200000, "INR", "year")),
        ("Salaire : 35 000 € à 42 000 € brut annuel", None, (35000, 42000, "EUR", "year")),
        ("stipendio 1.500 € netti al mese", None, (1500, 1500, "EUR", "month")),
        ("Salaris: 2.500-3.000 € bruto per maand", None, (2500, 3000, "EUR", "month")),
        ("Salario: 30.000€ - 36.000€ brutos/año", None, (30000, 36000, "EUR", "year")),
        ("Salário R$ 5.000,00 por mês", None, (5000, 5000, "BRL", "month")),
        ("lön 25 000–30 000 kr/mån", "SE", (25000, 30000, "SEK", "month")),
        ("stawka 150 zł netto/h", None, (150, 150, "PLN", "hour")),
        ("Compensation: USD $75,000 to USD $95,000", None, (75000, 95000, "USD", "year")),
        ("Pay: up to £60k p.a.", None, (None, 60000, "GBP", "year")),
        ("Gehalt ab 3.500 € brutto im Monat", None, (3500, None, "EUR", "month")),
    ],
)
def test_pay_in_the_ways_people_write_it(text, country, expected):
    assert values(read(text, country=country)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "401k match of 4%, open 24/7, 500 employees",
        "A $5,000 sign-on bonus awaits you",
        "We raised $120M and serve 300,000 customers",
        "You manage a budget of €2,000,000 a year",
        "Tuition reimbursement up to $5,250 per year",
        "up to 10% bonus",
        "Wir bieten 500 € Prämie für Empfehlungen",
        "Umsatz von 40.000.000 € pro Jahr",
        "Our fund holds $100,000 - $200,000 loans",
        "Call 555 123 4567 or 2024-2025",
        "Version 3.11 and Python 2",
        "prowadzimy budżet 200 000 zł rocznie",
    ],
)
def test_other_amounts_are_not_pay(text):
    assert read(text, country="US") is None


def test_a_dollar_without_a_country_stays_without_a_currency():
    assert values(read("We pay $60/hr")) == (60, 60, None, "hour")


def test_the_words_that_say_so_are_the_evidence():
    text = "About us.\nThe base salary range is $120,000 - $150,000 annually plus bonus."
    salary = read(text, country="US")
    assert text[salary.start : salary.end] == "$120,000 - $150,000 annually"


def test_gross_and_net_are_told_apart():
    assert read("Gehalt 3.000 € brutto im Monat").gross is True
    assert read("stawka 150 zł netto/h").gross is False
    assert read("Salary £45k").gross is None


def test_thirteen_salaries_count_in_a_year():
    salary = line("20-40K·14薪").salary("CN", "zh")
    assert values(salary) == (20000, 40000, "CNY", "month")
    assert salary.annual == (280000, 560000)


def test_chinese_ten_thousands():
    assert values(read("薪水80-120万RMB", language="zh")) == (800000, 1200000, "CNY", "year")


def test_several_offers_keep_the_first_and_name_the_others():
    salary = read("Pay in Ohio: $50,000 - $60,000 a year. Pay in Texas: $70,000 - $80,000 a year.", country="US")
    assert values(salary)[:2] == (50000, 60000)
    assert any("70,000" in note for note in salary.notes)


def test_the_boards_figures_stand_and_disagreement_is_said():
    text = "The salary is €40,000 - €45,000 per year."
    board = Salary(60000, 70000, "EUR", "year", source="board")
    salary, issues = salary_of(board, None, text, find([text])[0], "DE", "en")
    assert (salary.low, salary.high) == (60000, 70000)
    assert any("40,000" in issue for issue in issues)


def test_an_unreadable_salary_line_is_said():
    salary, issues = salary_of(None, line("tariff 9 step 3"), "", {}, "DE", "de")
    assert salary is None
    assert issues


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("San Francisco, CASalary: $120,000", "US", (120000, 120000, "USD", "year")),
        ("ab EUR 45.000,- brutto/Jahr", "AT", (45000, None, "EUR", "year")),
        ("Gehalt: 55 - 65 TEUR", "DE", (55000, 65000, "EUR", "year")),
        ("60-70 T€", "DE", (60000, 70000, "EUR", "year")),
        ("TJM : 450-500€", "FR", (450, 500, "EUR", "day")),
        ("Base salary $80k, OTE $160k", "US", (80000, 80000, "USD", "year")),
        ("$110,000 + superannuation", "AU", (110000, 110000, "AUD", "year")),
        ("£30,000 pro rata", "GB", (30000, 30000, "GBP", "year")),
        ("40 000 - 50 000 Kč / měsíc", "CZ", (40000, 50000, "CZK", "month")),
        ("bruttó 600.000 Ft/hó", "HU", (600000, 600000, "HUF", "month")),
        ("550.000 - 650.000 DKK om året", "DK", (550000, 650000, "DKK", "year")),
        ("時給1,200円", "JP", (1200, 1200, "JPY", "hour")),
        ("年収500万円〜800万円", "JP", (5000000, 8000000, "JPY", "year")),
        ("8 LPA - 12 LPA", "IN", (800000, 1200000, "INR", "year")),
        ("月薪 2-3万", "CN", (20000, 30000, "CNY", "month")),
        ("€3.500 - €4.500 bruto p/m", "NL", (3500, 4500, "EUR", "month")),
    ],
)
def test_pay_in_the_habits_of_each_country(text, country, expected):
    assert values(read(text, country=country, language="zh" if country == "CN" else None)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$1,000 a month housing allowance",
        "$25/month phone stipend",
        "we give $2,000 per year for learning",
        "clients pay $10,000 a month",
        "Our average deal is $50,000 - $100,000",
        "Bonus: $3,000 quarterly",
        "over $300,000 in annual sales",
        "Series B of $40M - $60M",
        "a 401(k) with up to $19,500 per year",
        "the $15 minimum",
        "drivers earn bonuses of $500 to $900 per month",
        "20-30 employees, 10k users",
    ],
)
def test_money_that_is_not_the_jobs_pay(text):
    assert read(text, country="US") is None


@pytest.mark.parametrize(
    ("text", "months", "annual"),
    [
        ("Mindestgehalt € 2.800,- brutto pro Monat (14x jährlich)", 14, 39200),
        ("14 Monatsgehälter, 3.500 € brutto", 14, 49000),
        ("Stipendio: 1.800 € per 13 mensilità", 13, 23400),
        ("2 200 € brut/mois sur 13 mois", 13, 28600),
        ("Salario: 24.000€ brutos anuales en 14 pagas", 12, 24000),
    ],
)
def test_salaries_beyond_the_twelfth_count_in_a_months_pay_only(text, months, annual):
    salary = read(text)
    assert (salary.months, salary.annual[0]) == (months, annual)


def test_pay_per_shift_is_a_days_and_says_so():
    salary = read("We pay $200 per shift", country="US")
    assert values(salary) == (200, 200, "USD", "day")
    assert salary.notes == ("paid per shift",)


def test_a_boards_guess_is_told_from_the_employers_word():
    assert is_guess("$84K - $115K (Glassdoor est.)")
    assert is_guess("Geschätztes Gehalt: 45.000 €")
    assert not is_guess("$84K - $115K (Employer est.)")
    assert not is_guess("Est sunt 3.000 €"[4:])
