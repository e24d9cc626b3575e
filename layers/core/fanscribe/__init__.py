"""Fanscribe: one long recording in, one timestamped transcript out."""

__version__ = "0.7.0"
