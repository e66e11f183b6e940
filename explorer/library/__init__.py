"""What the program is to other programs: its functions by the names that `explorer` promises."""
