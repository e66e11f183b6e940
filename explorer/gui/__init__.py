"""What a person sees. No torch, never the engine."""
