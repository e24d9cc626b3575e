"""Step Functions, Lambda and S3 on this machine."""
