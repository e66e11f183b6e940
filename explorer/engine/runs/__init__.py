"""Runs while they train: opened, driven side by side, followed by other processes, and written to their folders."""
