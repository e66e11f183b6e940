"""The Compare page: designs, runs and networks of torchvision side by side."""
