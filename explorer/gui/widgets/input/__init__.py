"""What the user types, picks or presses keys in."""
