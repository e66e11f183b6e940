"""Widgets for training: what to train, the progress of a run, and its curves."""
