"""Why a network answers as it does about one image."""
