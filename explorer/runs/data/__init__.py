"""Data sets: what there is, where it lies, how it is downloaded."""
