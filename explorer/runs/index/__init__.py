"""What makes thousands of runs quick to list and to find: an index in the user's cache, and filters by value."""
