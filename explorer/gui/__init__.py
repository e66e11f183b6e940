"""The window. No torch, never the engine."""
