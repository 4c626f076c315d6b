"""`ci-emulator doctor`: what this installation can do, found out by trying it."""

from ci_emulator.doctor.examination import examine
from ci_emulator.doctor.report import Report, as_text

__all__ = ["Report", "as_text", "examine"]
