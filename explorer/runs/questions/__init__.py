"""Questions to a worker and their answers, two frozen records each, by what they are about."""
