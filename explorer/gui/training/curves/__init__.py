"""The curves of runs: plots, their key and words, bars by depth."""
