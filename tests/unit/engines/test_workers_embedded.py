"""The pool inside a user's own script, which is a process of its own here."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import ci_emulator

ROOTS = os.pathsep.join((str(Path(ci_emulator.__file__).parents[1]), str(Path(__file__).parent)))

UNGUARDED = """
import asyncio
print("the script runs", flush=True)

from ci_emulator.engines.workers import WorkerPool
from worker_fault_jobs import Work

async def main():
    pool = WorkerPool(size=2, job_modules=["worker_fault_jobs"])
    await pool.start()
    answers = await asyncio.gather(*[pool.run("nap", Work(seconds=0.1)) for _ in range(2)])
    print(len({answer.pid for answer in answers}), "workers", flush=True)
    await pool.close()

asyncio.run(main())
"""

ORPHANING = """
import asyncio, json, sys
sys.path[:0] = json.loads(sys.argv[1])

from ci_emulator.engines.workers import WorkerPool
from worker_fault_jobs import Work

async def main():
    pool = WorkerPool(size=2, job_modules=["worker_fault_jobs"])
    await pool.start()
    idle = await pool.run("echo", Work())
    first = asyncio.create_task(pool.run("nap", Work(seconds=0.1)))
    second = asyncio.create_task(pool.run(sys.argv[2], Work(seconds=1000), timeout=float(sys.argv[3])))
    await first
    print(json.dumps([worker.pid for worker in pool.status().workers]), flush=True)
    await second

asyncio.run(main())
"""


def test_an_unguarded_script_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    # A file beside the script or in the working directory must not get into the workers' way.
    (tmp_path / "select.py").write_text("raise SystemExit('imported from the working directory')")
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-X", "dev", str(script)],
        env={**os.environ, "PYTHONPATH": ROOTS},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
    )
    # asyncio's debug mode tells of steps that took long; on a busy machine any of them may.
    said = [line for line in done.stderr.splitlines() if not line.startswith("Executing <")]
    assert (done.stdout, said) == ("the script runs\n2 workers\n", [])


@pytest.mark.parametrize(
    ("hang", "limit", "seconds"),
    [
        pytest.param("nap", 1000, 1.0, id="the closed socket ends it"),
        pytest.param("hang_holding_the_interpreter", 0.5, 2.5, id="the alarm ends it"),
    ],
)
def test_a_killed_parent_leaves_no_worker_behind(hang: str, limit: float, seconds: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANING, json.dumps(ROOTS.split(os.pathsep)), hang, str(limit)],
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        workers = [psutil.Process(pid) for pid in json.loads(parent.stdout.readline())]
        assert len(workers) == 2
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + seconds
    while any(map(runs, workers)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(runs, workers))


def runs(process: psutil.Process) -> bool:
    """Tell a living process from a zombie, which orphans stay for a while where no init reaps them."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
