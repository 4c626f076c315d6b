"""Recognition under faults, through the API: a dying, hanging or growing worker, too many callers, repeated pictures.

A worker that is stopped (SIGSTOP) stands for native code that hangs: it shows which of several requests is where
without any luck in timing.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from api3 import URL_IN_QR, Answer, Caller, caller, encoded, sample, send

from ci_emulator.config import PUBLISHED_KEY, KeyPair
from ci_emulator.testing import Emulator

PATIENCE = 20.0
QR = sample()
OTHER_ACCOUNT = KeyPair(secret_id="AKIDother", secret_key="k", appid="1260000000")
FAILED = "FailedOperation.OcrFailed"
TIMEOUT = "FailedOperation.EngineRecognizeTimeout"
SURPLUS = "RequestLimitExceeded"


def ready(emulator: Emulator) -> dict[str, Any]:
    """The document of /_emulator/ready."""
    with urllib.request.urlopen(f"{emulator.url}/_emulator/ready", timeout=PATIENCE) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def recognition(emulator: Emulator) -> dict[str, Any]:
    found: dict[str, Any] = ready(emulator)["recognition"]
    return found


def until(emulator: Emulator, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until something holds of the recognition's state."""
    late = time.monotonic() + PATIENCE
    while not holds(state := recognition(emulator)):
        assert time.monotonic() < late, state
        time.sleep(0.01)
    return state


def states(state: dict[str, Any]) -> Counter[str]:
    return Counter(worker["state"] for worker in state["workers"])


def picture(number: int) -> bytes:
    """A picture of its own, so that no result is there already."""
    return QR + b"%d" % number


def ask(emulator: Emulator, number: int, key: KeyPair = PUBLISHED_KEY, seconds: float = 60) -> Answer:
    request = caller(emulator, key=key).tc3({"ImageBase64": encoded(picture(number))})
    return send(emulator, request, seconds=seconds)


@contextmanager
def started(size: int, **settings: Any) -> Iterator[Emulator]:
    """An emulator whose workers are all up and idle."""
    with Emulator(
        workers=size, warm="eager", credentials=(PUBLISHED_KEY, OTHER_ACCOUNT), **settings
    ) as emulator:
        until(emulator, lambda state: states(state)["idle"] == size)
        yield emulator


@contextmanager
def stopped(emulator: Emulator) -> Iterator[list[int]]:
    """Stop the workers that are there now; gives their process ids, and lets those go on that are left at the end."""
    pids = [worker["pid"] for worker in recognition(emulator)["workers"]]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield pids
    finally:
        for pid in pids:
            go_on(pid)


def go_on(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def clients() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(250) as executor:
        yield executor


def outcomes(calls: list[Future[Answer]]) -> Counter[str]:
    """How often each answer came; a right one counts as "right"."""
    answers = [call.result(PATIENCE) for call in calls]
    for answer in answers:
        assert answer.code or answer.texts == [URL_IN_QR]
    return Counter(answer.code or "right" for answer in answers)


# A worker that dies, hangs or grows


def test_a_worker_that_is_killed_costs_its_own_request(
    clients: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    with started(2) as emulator:
        with stopped(emulator) as (victim, survivor):
            calls = [clients.submit(ask, emulator, number) for number in range(2)]
            until(emulator, lambda state: state["running"] == 2)
            os.kill(victim, signal.SIGKILL)
            until(emulator, lambda state: state["deaths"] == 1)
            go_on(survivor)
            assert outcomes(calls) == {FAILED: 1, "right": 1}
        state = until(emulator, lambda state: states(state)["idle"] == 2)
        assert survivor in [worker["pid"] for worker in state["workers"]]
        assert victim not in [worker["pid"] for worker in state["workers"]]
        assert sum(worker["restarts"] for worker in state["workers"]) == 1
        assert outcomes([clients.submit(ask, emulator, number) for number in range(2, 8)]) == {"right": 6}
    assert f"worker {victim}: ended by SIGKILL" in caplog.messages


def test_those_who_wait_are_served_by_the_next_worker(clients: ThreadPoolExecutor) -> None:
    with started(1) as emulator, stopped(emulator) as (victim,):
        calls = [clients.submit(ask, emulator, number) for number in range(6)]
        until(emulator, lambda state: (state["running"], state["waiting"]) == (1, 5))
        os.kill(victim, signal.SIGKILL)
        assert outcomes(calls) == {FAILED: 1, "right": 5}


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_however_it_dies(number: int, clients: ThreadPoolExecutor) -> None:
    with started(1) as emulator, stopped(emulator) as (victim,):
        calls = [clients.submit(ask, emulator, 0)]
        until(emulator, lambda state: state["running"] == 1)
        os.kill(victim, number)
        go_on(victim)
        assert outcomes(calls) == {FAILED: 1}
        assert outcomes([clients.submit(ask, emulator, 1)]) == {"right": 1}


def test_a_worker_that_hangs_is_replaced(clients: ThreadPoolExecutor) -> None:
    with started(2, job_seconds=2.0) as emulator, stopped(emulator) as (_hanging, other):
        calls = [clients.submit(ask, emulator, number) for number in range(2)]
        until(emulator, lambda state: state["running"] == 2)
        began = time.monotonic()
        go_on(other)
        assert outcomes(calls) == {TIMEOUT: 1, "right": 1}
        assert time.monotonic() - began < 6.0
        state = until(emulator, lambda state: states(state)["idle"] == 2)
        assert (state["timeouts"], state["deaths"]) == (1, 0)
        assert outcomes([clients.submit(ask, emulator, number) for number in range(2, 6)]) == {"right": 4}


def test_a_worker_that_grows_in_a_job_is_replaced(clients: ThreadPoolExecutor) -> None:
    with started(1, worker_memory=1) as emulator, stopped(emulator):
        assert outcomes([clients.submit(ask, emulator, 0)]) == {FAILED: 1}


def test_a_worker_that_is_too_big_after_a_job_is_replaced() -> None:
    with started(1, worker_memory=1) as emulator:
        (before,) = recognition(emulator)["workers"]
        assert ask(emulator, 0).texts == [URL_IN_QR]
        state = until(emulator, lambda state: state["workers"][0]["pid"] not in (None, before["pid"]))
        assert state["workers"][0]["restarts"] == 1


def test_a_limit_that_no_recognition_keeps() -> None:
    with Emulator(job_seconds=0.001, workers=1) as emulator:
        for number in range(2):
            assert ask(emulator, number).code == TIMEOUT
        assert ready(emulator)["ready"] is True


# Too many callers


def test_two_hundred_callers_and_a_queue_of_32(clients: ThreadPoolExecutor) -> None:
    size, queue, callers = 2, 32, 200
    with started(size, queue=queue, job_seconds=60, result_cache=0) as emulator:
        with stopped(emulator):
            calls = [clients.submit(ask, emulator, number) for number in range(callers)]
            surplus = callers - queue - size
            state = until(emulator, lambda state: state["overloads"] == surplus)
            assert (state["running"], state["waiting"]) == (size, queue)
            # Those who are refused hear it at once, and not when the queue moves.
            refused = [call for call in calls if call.done()]
            late = time.monotonic() + PATIENCE
            while len(refused) < surplus and time.monotonic() < late:
                time.sleep(0.01)
                refused = [call for call in calls if call.done()]
            assert outcomes(refused) == {SURPLUS: surplus}
        assert outcomes(calls) == {SURPLUS: surplus, "right": queue + size}
        assert recognition(emulator)["waiting"] == 0
        assert ask(emulator, callers).texts == [URL_IN_QR]


def test_the_surplus_is_told_in_both_languages() -> None:
    with started(1, queue=0, job_seconds=60) as emulator, ThreadPoolExecutor(1) as clients, stopped(emulator):
        waiting = clients.submit(ask, emulator, 0)
        until(emulator, lambda state: state["running"] == 1)
        for language, message in (
            ("en-US", "Too many requests are waiting. Please reduce the frequency of calls."),
            ("zh-CN", "排队的请求过多，请稍后重试。"),
        ):
            request = caller(emulator, language=language).tc3({"ImageBase64": encoded(QR)})
            answer = send(emulator, request)
            assert (answer.code, answer.message) == (SURPLUS, message)
        go_on(recognition(emulator)["workers"][0]["pid"])
        assert waiting.result(PATIENCE).texts == [URL_IN_QR]


def test_one_account_cannot_keep_another_out(clients: ThreadPoolExecutor) -> None:
    with started(1, queue=8, job_seconds=60) as emulator:
        with stopped(emulator):
            greedy = [clients.submit(ask, emulator, number) for number in range(20)]
            until(emulator, lambda state: state["overloads"] == 11)
            modest = clients.submit(ask, emulator, 100, OTHER_ACCOUNT)
            until(emulator, lambda state: state["overloads"] == 12)
        assert modest.result(PATIENCE).texts == [URL_IN_QR]
        assert outcomes(greedy) == {SURPLUS: 12, "right": 8}


def test_a_caller_who_leaves_frees_its_place(clients: ThreadPoolExecutor) -> None:
    with started(1, queue=4, job_seconds=60) as emulator, stopped(emulator):
        staying = clients.submit(ask, emulator, 0)
        until(emulator, lambda state: state["running"] == 1)
        leaving = [clients.submit(ask, emulator, number, seconds=2.0) for number in range(1, 5)]
        until(emulator, lambda state: state["waiting"] == 4)
        for call in leaving:
            assert isinstance(call.exception(PATIENCE), TimeoutError)
        until(emulator, lambda state: state["waiting"] == 0)
        go_on(recognition(emulator)["workers"][0]["pid"])
        assert staying.result(PATIENCE).texts == [URL_IN_QR]
        assert sum(worker["jobs"] for worker in recognition(emulator)["workers"]) == 1


# Results that are known already


def jobs(emulator: Emulator) -> int:
    return sum(worker["jobs"] for worker in recognition(emulator)["workers"])


def test_the_same_picture_is_read_once() -> None:
    with Emulator(workers=1) as emulator:
        first = ask(emulator, 0)
        assert jobs(emulator) == 1
        again = caller(emulator).v1({"ImageBase64": "data:image/png;base64," + encoded(picture(0))})
        second = send(emulator, again)
        assert jobs(emulator) == 1
        assert second.response.pop("RequestId") != first.response.pop("RequestId")
        assert second.response == first.response
        ask(emulator, 1)
        assert jobs(emulator) == 2


def test_a_known_result_is_for_those_who_may_ask() -> None:
    with Emulator(workers=1) as emulator:
        assert ask(emulator, 0).texts == [URL_IN_QR]
        nobody = KeyPair(secret_id="AKIDnobody", secret_key="k", appid="1250000000")
        forger = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid="1250000000")
        assert ask(emulator, 0, nobody).code == "AuthFailure.SecretIdNotFound"
        assert ask(emulator, 0, forger).code == "AuthFailure.SignatureFailure"
        unsigned = caller(emulator).tc3({"ImageBase64": encoded(picture(0))}).with_headers(authorization=None)
        assert send(emulator, unsigned).code == "MissingParameter"
        assert jobs(emulator) == 1


def test_a_known_result_does_not_open_a_private_object() -> None:
    """The picture is known, the object is not the caller's: the URL is refused before anybody looks at results."""
    with Emulator(
        workers=1, seed=[f"samples-1250000000={Path(__file__).parents[2] / 'samples' / 'pictures'}"]
    ) as emulator:
        request = Caller(emulator.address).tc3({"ImageBase64": encoded(QR)})
        assert send(emulator, request).texts == [URL_IN_QR]
        request = Caller(emulator.address).tc3({"ImageUrl": f"{emulator.url}/samples-1250000000/qr-url.png"})
        assert send(emulator, request).code == "FailedOperation.DownLoadError"


def test_no_result_is_kept_when_told_so() -> None:
    with Emulator(workers=1, result_cache=0) as emulator:
        for expected in (1, 2, 3):
            assert ask(emulator, 0).texts == [URL_IN_QR]
            assert jobs(emulator) == expected


def test_no_refusal_is_kept() -> None:
    with Emulator(workers=1) as emulator:
        for expected in (1, 2):
            request = caller(emulator).tc3({"ImageBase64": encoded(b"no picture")})
            assert send(emulator, request).code == "FailedOperation.ImageDecodeFailed"
            assert jobs(emulator) == expected


# Starting


def test_workers_that_are_started_at_once_are_seen() -> None:
    with started(2) as emulator:
        state = recognition(emulator)
        assert states(state) == {"idle": 2}
        assert all(worker["rss"] > 10 * 2**20 and worker["jobs"] == 0 for worker in state["workers"])
        assert state["engines"]["zxing"].startswith("zxing 3.")


def test_workers_that_are_started_when_they_are_needed() -> None:
    with Emulator(workers=2) as emulator:
        state = recognition(emulator)
        assert states(state) == {"stopped": 2}
        assert ready(emulator)["ready"] is True
        ask(emulator, 0)
        assert states(recognition(emulator)) == {"idle": 1, "stopped": 1}


SCRIPT = """
    import base64, json, sys, time, urllib.request
    sys.path.insert(0, {tests!r})
    from api3 import caller, encoded, sample, send
    from ci_emulator.testing import Emulator

    print("the script runs", flush=True)
    with Emulator(warm={warm!r}) as emulator:
        print(send(emulator, caller(emulator).tc3({{"ImageBase64": encoded(sample())}})).texts)
"""


@pytest.mark.parametrize("warm", ["lazy", "eager"])
def test_an_emulator_in_an_unguarded_script(tmp_path: Path, warm: str) -> None:
    """No `if __name__ == "__main__"`: starting a worker must not run the script once more."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT).format(tests=str(Path(__file__).parents[1]), warm=warm))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["the script runs", str([URL_IN_QR])]
