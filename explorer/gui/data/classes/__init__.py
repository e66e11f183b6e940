"""The classes of the data: bars, list and choice of one."""
