"""What every function does besides its work: settings, logs, metrics, usage."""
