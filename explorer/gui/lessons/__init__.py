"""Lessons of the chapter: their texts, their tasks, and the highlight of the control that a page points at."""
