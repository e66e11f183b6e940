"""The command `study`: many runs that vary one design, and what they show together."""
