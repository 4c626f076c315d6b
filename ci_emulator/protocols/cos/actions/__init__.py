"""What COS offers: one action a file, registered by being imported."""
