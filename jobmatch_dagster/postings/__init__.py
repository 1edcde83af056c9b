"""Raw posting to clean job: text, salary, place, language, seniority, dates, duplicates. Knows no database."""
