"""The way from samples to tiles: where there is speech, and where a recording is cut."""
