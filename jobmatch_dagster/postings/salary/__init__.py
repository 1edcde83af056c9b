"""What a job pays: amounts, currency, period, gross or net, and the words that say so. Abstains when unsure."""

from jobmatch_dagster.postings.salary.read import read_salary
from jobmatch_dagster.postings.salary.stated import Salary
from jobmatch_dagster.postings.salary.weigh import read_line, salary_of

__all__ = ["Salary", "read_line", "read_salary", "salary_of"]
