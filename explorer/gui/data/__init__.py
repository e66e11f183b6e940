"""The data: what they have, what is wrong with them, and what the user has decided about images."""
