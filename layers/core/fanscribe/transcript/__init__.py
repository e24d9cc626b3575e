"""The way from words to a transcript, and to the files that people, players and programs read."""
