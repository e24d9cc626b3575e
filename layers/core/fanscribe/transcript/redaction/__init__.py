"""Redaction: where personal data stands in a transcript, and the transcript without it."""
