"""Work of each state of the state machine, one module for each."""
