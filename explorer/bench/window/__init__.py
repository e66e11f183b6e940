"""`bench edit`, `bench start` and `bench window`: how soon the real window answers and draws."""
