"""What a run's network makes of images, and why, from the run's folder alone. No Qt."""
