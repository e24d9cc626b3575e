"""Documents in the work bucket and between the states of the state machine: frozen, typed,
validated once.
"""
