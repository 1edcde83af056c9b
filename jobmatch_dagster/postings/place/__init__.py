"""Where a job is: cities, regions and countries of the place as written, whether it is remote, and from where one may
work."""

from jobmatch_dagster.postings.place.read import Place, Reading, read_place
from jobmatch_dagster.postings.place.remote import Remote, read_remote

__all__ = ["Place", "Reading", "Remote", "read_place", "read_remote"]
