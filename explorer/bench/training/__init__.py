"""`bench train`: the chapter's loop as its notebook has it, and ours, taking turns."""
