"""The two speaker models, built from published checkpoints. Needs numpy alone."""
