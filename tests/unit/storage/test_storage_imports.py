from __future__ import annotations

import subprocess
import sys


def test_the_memory_store_does_not_load_sqlite() -> None:
    program = "import sys, ci_emulator.storage.memory; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
