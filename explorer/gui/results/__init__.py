"""What the network of a run makes of each image: the Results page."""
