"""What a job pays: amounts, currency, period, gross or net, and the words that say so. Abstains when unsure."""

from jobmatch_dagster.postings.salary.line import Line, lines
from jobmatch_dagster.postings.salary.read import read_salary
from jobmatch_dagster.postings.salary.stated import Salary
from jobmatch_dagster.postings.salary.weigh import salary_of

__all__ = ["Line", "Salary", "lines", "read_salary", "salary_of"]
