"""A training run: its state, its loop, its checkpoints, and what it begins with. No Qt."""
