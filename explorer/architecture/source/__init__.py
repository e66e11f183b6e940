"""A design as PyTorch source that needs torch alone. No torch, no Qt."""
