"""The taxonomy, and the matcher that finds its skills in text. Knows no database."""
