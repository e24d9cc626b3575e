"""A transcript as the files that people, players and programs read, one module a family."""
