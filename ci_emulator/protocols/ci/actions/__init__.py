"""What ci-process names: one action a file, registered by being imported."""
