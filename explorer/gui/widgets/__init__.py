"""Controls, colours and words that know nothing of residual networks."""
