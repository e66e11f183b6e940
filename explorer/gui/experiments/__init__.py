"""Questions a user asks a network: is this block the identity, what becomes of an image?"""
