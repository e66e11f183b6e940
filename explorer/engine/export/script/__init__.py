"""The export format `script`: one Python file that repeats a run with torch and torchvision alone."""
