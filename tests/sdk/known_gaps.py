"""What the real service does and the emulator does not yet: a test for each, expected to fail, and why.

The key is `<file>::<test>`, with the parameters in brackets when only one of them is meant. The marks are strict: a
gap that was closed fails the run until its line is gone from here.
"""

KNOWN_GAPS: dict[str, str] = {}
