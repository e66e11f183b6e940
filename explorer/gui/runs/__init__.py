"""Runs on the screen: those that have been trained, and those that wait."""
