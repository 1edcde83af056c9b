"""Sources of postings: one module a board (search URL, pages, extraction) and their registry. No fetching here."""
