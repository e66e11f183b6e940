"""What a training run is: recipe, events, run folder, data sets. No torch, no Qt."""
