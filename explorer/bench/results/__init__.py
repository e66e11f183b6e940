"""What the Results page costs: how fast it answers, and what it takes from a run under way."""
