"""A block that the user has written, beside the expected one."""
