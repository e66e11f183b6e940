"""The same functions computed faster: rewrites of layers for a processor, a recorded step for a card. No Qt."""
