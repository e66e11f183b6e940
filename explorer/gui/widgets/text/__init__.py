"""Words: translation, numbers in the user's way, screen readers, the clipboard."""
