"""What a network is: design, plan, blocks, checks. No torch, no Qt."""
