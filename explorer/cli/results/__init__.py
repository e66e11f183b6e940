"""Commands about what a run's network makes of images, and taking it away."""
