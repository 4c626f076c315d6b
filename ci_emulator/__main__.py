"""`python -m ci_emulator`."""

from ci_emulator.cli import main

if __name__ == "__main__":
    main()
