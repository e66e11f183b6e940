"""What the user decides about the images of a run, and training again with it."""
