"""`bench train`: the training loop of the chapter's notebook and this program's, measured in turns."""
