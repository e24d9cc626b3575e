"""What each state of the state machine does, one module for each."""
