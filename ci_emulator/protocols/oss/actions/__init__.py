"""What can be asked of OSS: one action a file, registered by being imported."""
