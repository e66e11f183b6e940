"""How long a test waits for what must happen: a loaded machine may take long, and is not what is tested."""

PATIENCE = 30  # seconds
