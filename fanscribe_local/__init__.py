"""The same state machine and the same functions on one machine. Never deployed."""
