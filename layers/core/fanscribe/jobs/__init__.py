"""What a job keeps in S3."""
