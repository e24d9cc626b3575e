"""Editing words when they are written: vocabulary, names, replacements, the filter. Pure."""
