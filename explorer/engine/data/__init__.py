"""Images: read, placed on the device, changed for training, handed out in batches. No Qt."""
