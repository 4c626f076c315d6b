"""The emulator's own paths under `/_emulator/`."""
