"""The diagram and its handles."""
