"""`bench edit`, `bench start` and `bench window`: how soon the real window shows what happens."""
