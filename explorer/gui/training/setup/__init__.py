"""What to train with, on what, and what to know before Start."""
