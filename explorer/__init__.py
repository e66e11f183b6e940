"""ResNet Explorer: design a residual network, see every layer at once, train it and watch."""
