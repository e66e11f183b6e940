"""What is told about a run: its model card, and its report, one HTML file that needs no server and no other file."""
