"""What a trained network makes of images: its predictions, and what they add up to. No torch, no Qt."""
