"""What is measured about all of this program, beside what others take for the same."""
