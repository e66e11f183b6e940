"""The worker processes behind the window: runs under way, runs that wait, questions and their answers. No widgets."""
