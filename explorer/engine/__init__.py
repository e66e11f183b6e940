"""What a process does with a network: model, data, training, probes. No Qt."""
