"""Images from anywhere, and the classes that a network takes them for."""
