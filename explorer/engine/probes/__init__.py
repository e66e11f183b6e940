"""Questions about a network: estimates, lesions, feature maps, learning rates. No Qt."""
