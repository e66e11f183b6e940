"""`bench data`: how fast images are read, beside torchvision."""
