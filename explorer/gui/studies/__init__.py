"""Studies: the dialog that starts one, and the page of those that there are, with their plot."""
