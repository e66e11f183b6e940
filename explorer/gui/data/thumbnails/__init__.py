"""Images of the data as a grid of small pictures."""
