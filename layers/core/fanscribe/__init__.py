"""Fanscribe: one long recording in, one timestamped transcript out."""

__version__ = "0.9.0"
