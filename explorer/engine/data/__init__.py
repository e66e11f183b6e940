"""Images: reading, moving to the device, augmentation, batches. No Qt."""
