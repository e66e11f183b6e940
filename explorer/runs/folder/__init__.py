"""The folder of a run: what it holds, and who may write it."""
