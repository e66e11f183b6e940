"""Training on the screen: what to train, how far it is, its curves."""
