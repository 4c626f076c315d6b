"""Honest ratios: the emulator and its baselines measured side by side, in turns, in one run (`python -m bench`)."""
