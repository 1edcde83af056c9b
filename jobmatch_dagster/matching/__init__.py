"""Features, score, top-k and explanation of (résumé, job) pairs, and their evaluation. Knows no database and no
Dagster."""
