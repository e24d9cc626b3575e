"""The run report: what each step of a run took, as a page. run.py is the run, page.py the page."""
