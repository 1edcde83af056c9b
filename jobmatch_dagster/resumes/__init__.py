"""File to text with layout to sections to a JSON Resume profile. Knows no database."""
