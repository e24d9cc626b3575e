"""What is stored in the work bucket and what crosses a state of the state machine: frozen, typed,
validated once.
"""
