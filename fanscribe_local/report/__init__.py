"""The run report: what each step of a run took, as a page."""
