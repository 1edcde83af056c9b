"""Long runs over changed files, as commands. What they find is kept as small files beside the rooms' tests."""
