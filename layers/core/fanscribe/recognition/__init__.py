"""From a tile's samples to its words."""
