"""The window's side of the worker processes: current runs, queued runs, questions and their answers. No widgets."""
