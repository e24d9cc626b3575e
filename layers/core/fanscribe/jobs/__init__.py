"""A job's objects in S3."""
