"""Lessons of the chapter: their texts, and pointing at what they speak of."""
