"""The command `fanscribe`, one module for each of its commands."""
