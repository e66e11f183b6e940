"""A pasted block beside the expected one."""
