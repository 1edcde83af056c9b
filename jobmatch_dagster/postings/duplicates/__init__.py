"""Which jobs are the same advertisement: within a board, across boards, across days; and the same ad in several
cities."""

from jobmatch_dagster.postings.duplicates.cluster import Clusters, Item, cluster
from jobmatch_dagster.postings.duplicates.known import likely, stored_signatures
from jobmatch_dagster.postings.duplicates.signature import PERMUTATIONS, signatures
from jobmatch_dagster.postings.duplicates.signature import VERSION as SIGNATURE_VERSION

__all__ = [
    "PERMUTATIONS",
    "SIGNATURE_VERSION",
    "Clusters",
    "Item",
    "cluster",
    "likely",
    "signatures",
    "stored_signatures",
]
