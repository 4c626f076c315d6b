"""The emulator inside a test: an in-process server."""

from ci_emulator.testing.emulator import Emulator

__all__ = ["Emulator"]
