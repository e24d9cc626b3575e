"""Duties of every function besides its work: settings, logs, metrics, usage."""
