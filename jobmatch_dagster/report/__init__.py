"""The day as one page for people: ``facts`` reads it from the marts, ``charts`` draws, ``page`` writes the HTML.

No Dagster in here, and nothing of a person: only counts, boards, employers' ads and skills.
"""
