"""Whether a pasted block computes what a block of a design does, and where it does not."""
