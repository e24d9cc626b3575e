"""The way from a tile's samples to its words."""
