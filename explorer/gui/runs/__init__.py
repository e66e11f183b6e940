"""Widgets for runs: those that have been trained, and those in the queue."""
