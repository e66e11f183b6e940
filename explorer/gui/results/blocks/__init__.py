"""What each block of a run's network is worth."""
