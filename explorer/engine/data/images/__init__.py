"""Images of the user: decoded, examined, divided, and what is wrong with them. No Qt."""
