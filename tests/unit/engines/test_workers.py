import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from worker_fault_jobs import Done, Work

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.workers import WorkerLimits, WorkerPool, WorkerState

FAULTS = ("worker_fault_jobs",)

MakePool = Callable[..., Awaitable[WorkerPool]]


@pytest.fixture
async def make_pool() -> AsyncIterator[MakePool]:
    pools: list[WorkerPool] = []

    async def make(
        size: int = 1, *, warm: bool = False, modules: tuple[str, ...] = FAULTS, **limits
    ) -> WorkerPool:
        pool = WorkerPool(WorkerLimits(**limits), size=size, warm=warm, job_modules=modules)
        pools.append(pool)
        await pool.start()
        return pool

    yield make
    for pool in pools:
        await pool.close()


async def kind_of(answer: Awaitable[object]) -> Kind | None:
    try:
        await answer
    except Refusal as refusal:
        return refusal.kind
    return None


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other processes set no events
            await asyncio.sleep(0.01)


def states(pool: WorkerPool) -> list[WorkerState]:
    return [worker.state for worker in pool.status().workers]


def busy(pool: WorkerPool) -> int:
    return states(pool).count(WorkerState.BUSY)


# what a job answers


async def test_a_job_answers_from_another_process(make_pool: MakePool) -> None:
    pool = await make_pool()
    answer = await pool.run("echo", Work(data=b"\x00\xff" * 3_000_000))
    assert answer == Done(answer.pid, b"\x00\xff" * 3_000_000)
    assert answer.pid != os.getpid()
    assert answer.pid == pool.status().workers[0].pid


async def test_a_refusal_arrives_as_it_was_raised(make_pool: MakePool) -> None:
    pool = await make_pool()
    with pytest.raises(Refusal) as caught:
        await pool.run("refuse", Work(text="wider, please"))
    assert caught.value.kind is Kind.WIDTH_TOO_SMALL
    assert caught.value.message == "wider, please"
    assert caught.value.facts == {"minimum": "33"}


async def test_an_exception_tells_the_caller_its_class_and_the_log_the_rest(
    make_pool: MakePool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="ci_emulator.workers")
    pool = await make_pool()
    with pytest.raises(Refusal) as caught:
        await pool.run("fail", Work())
    assert caught.value.kind is Kind.ENGINE_FAILED
    assert caught.value.facts == {"reason": "raised ZeroDivisionError"}
    assert caught.value.message is None
    await until(lambda: "ZeroDivisionError: with a secret in it" in caplog.text)
    assert pool.status().workers[0].restarts == 0


async def test_noise_on_stdout_goes_to_the_log_and_stdin_is_empty(
    make_pool: MakePool, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="ci_emulator.workers")
    pool = await make_pool()
    assert (await pool.run("scribble", Work())).data == b""
    await until(lambda: "native noise on stdout" in caplog.text and "and on stderr" in caplog.text)
    assert max(len(record.getMessage()) for record in caplog.records) < 3000
    assert capfd.readouterr() == ("", "")


async def test_a_response_of_another_type_is_a_damaged_worker(make_pool: MakePool) -> None:
    pool = await make_pool()
    assert await kind_of(pool.run("wrong_type", Work())) is Kind.ENGINE_FAILED
    assert await kind_of(pool.run("echo", Work())) is None


async def test_text_that_is_not_unicode_is_the_callers_fault(make_pool: MakePool) -> None:
    pool = await make_pool()
    first = asyncio.create_task(kind_of(pool.run("echo", Work(text="\ud800"))))
    second = asyncio.create_task(kind_of(pool.run("echo", Work(text="fine"))))
    assert await first is Kind.CONTENT_UNENCODABLE
    assert await second is None
    assert pool.status().workers[0].restarts == 0


async def test_unknown_jobs_and_wrong_requests_are_programming_errors(make_pool: MakePool) -> None:
    pool = await make_pool()
    with pytest.raises(LookupError, match="no such job: nothing"):
        await pool.run("nothing", Work())
    with pytest.raises(TypeError, match="echo takes Work, not Done"):
        await pool.run("echo", Done(1))
    with pytest.raises(RuntimeError, match="not started"):
        await WorkerPool(size=1, job_modules=FAULTS).run("echo", Work())
    with pytest.raises(ValueError, match="at least one"):
        WorkerPool(size=0, job_modules=FAULTS)
    assert states(pool) == [WorkerState.STOPPED]


# what a fault costs


@pytest.mark.parametrize("fault", ["leave", "crash"])
async def test_a_crash_costs_one_request_while_another_worker_is_busy(
    make_pool: MakePool, fault: str
) -> None:
    pool = await make_pool(2)
    long = asyncio.create_task(pool.run("nap", Work(seconds=0.6, data=b"survivor")))
    await until(lambda: busy(pool) == 1)
    with pytest.raises(Refusal) as caught:
        await pool.run(fault, Work(size=3))
    assert caught.value.kind is Kind.ENGINE_FAILED
    how = {"leave": "ended with status 3", "crash": "ended by SIGSEGV"}[fault]
    assert caught.value.facts["reason"].startswith(how)
    assert not long.done()
    assert (await pool.run("echo", Work(data=b"next"))).data == b"next"
    assert (await long).data == b"survivor"
    assert pool.status().deaths == 1
    assert sum(worker.restarts for worker in pool.status().workers) == 1


async def test_a_worker_killed_from_outside_costs_its_job_only(make_pool: MakePool) -> None:
    pool = await make_pool(2)
    naps = [asyncio.create_task(pool.run("nap", Work(seconds=0.5))) for _ in range(2)]
    await until(lambda: busy(pool) == 2)
    victim = pool.status().workers[0].pid
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    results = await asyncio.gather(*naps, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Done", "Refusal"]
    assert [result.kind for result in results if isinstance(result, Refusal)] == [Kind.ENGINE_FAILED]


@pytest.mark.parametrize("hang", ["nap", "hang_holding_the_interpreter"])
async def test_a_hang_is_killed_at_its_time_and_replaced(make_pool: MakePool, hang: str) -> None:
    pool = await make_pool(job_seconds=0.3)
    pid = (await pool.run("echo", Work())).pid
    began = time.monotonic()
    with pytest.raises(Refusal) as caught:
        await pool.run(hang, Work(seconds=1000))
    assert caught.value.kind is Kind.ENGINE_TIMEOUT
    assert caught.value.facts == {"seconds": "0.3"}
    assert 0.3 <= time.monotonic() - began < 1.0
    assert (await pool.run("echo", Work())).pid != pid
    assert not psutil.pid_exists(pid)
    assert pool.status().timeouts == 1
    assert pool.status().workers[0].restarts == 1


async def test_a_call_can_have_its_own_limit(make_pool: MakePool) -> None:
    pool = await make_pool(job_seconds=0.2)
    assert await kind_of(pool.run("nap", Work(seconds=0.4), timeout=5)) is None
    assert await kind_of(pool.run("nap", Work(seconds=0.4))) is Kind.ENGINE_TIMEOUT


async def test_the_limit_counts_from_the_start_of_the_job_and_not_of_the_wait(make_pool: MakePool) -> None:
    pool = await make_pool(job_seconds=0.5)
    naps = [kind_of(pool.run("nap", Work(seconds=0.2))) for _ in range(4)]
    assert await asyncio.gather(*naps) == [None] * 4


async def test_growth_is_stopped_in_the_middle_of_the_job(make_pool: MakePool) -> None:
    pool = await make_pool(rss_bytes=150_000_000)
    began = time.monotonic()
    with pytest.raises(Refusal) as caught:
        await pool.run("grow", Work(size=250_000_000, seconds=8))
    assert caught.value.kind is Kind.ENGINE_FAILED
    assert "memory" in caught.value.facts["reason"]
    assert time.monotonic() - began < 4
    assert await kind_of(pool.run("echo", Work())) is None


async def test_growth_seen_after_a_job_recycles_the_worker_and_costs_nothing(make_pool: MakePool) -> None:
    pool = await make_pool(rss_bytes=80_000_000)
    answers = [pool.run("grow", Work(size=70_000_000)), pool.run("echo", Work()), pool.run("echo", Work())]
    pids = [answer.pid for answer in await asyncio.gather(*answers)]
    assert pids[0] != pids[1] == pids[2]
    assert pool.status().workers[0].restarts == 1


async def test_address_space_is_a_second_net(make_pool: MakePool) -> None:
    pool = await make_pool(address_space=600_000_000)
    with pytest.raises(Refusal) as caught:
        await pool.run("grow", Work(size=900_000_000))
    assert caught.value.facts == {"reason": "raised MemoryError"}


async def test_a_worker_is_recycled_after_its_number_of_jobs(make_pool: MakePool) -> None:
    pool = await make_pool(recycle_jobs=2)
    pids = [(await pool.run("echo", Work())).pid for _ in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert pool.status().workers[0].jobs == 5
    assert pool.status().deaths == 0


async def test_every_job_of_a_storm_of_crashes_fails_alone(make_pool: MakePool) -> None:
    pool = await make_pool(2)
    jobs = [kind_of(pool.run("leave" if number % 2 else "echo", Work())) for number in range(20)]
    assert await asyncio.gather(*jobs) == [None, Kind.ENGINE_FAILED] * 10


# the queue


async def test_200_callers_at_once_with_a_queue_of_32(make_pool: MakePool) -> None:
    pool = await make_pool(2, queue=32)
    callers = [asyncio.create_task(kind_of(pool.run("nap", Work(seconds=0.01)))) for _ in range(200)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sum(caller.done() for caller in callers) == 200 - 34
    kinds = await asyncio.gather(*callers)
    assert kinds[:34] == [None] * 34
    assert kinds[34:] == [Kind.OVERLOADED] * 166
    assert pool.status().overloads == 166
    assert pool.status().waiting == 0


async def test_tenants_are_served_in_turn(make_pool: MakePool) -> None:
    pool = await make_pool()
    order: list[str] = []

    async def call(tenant: str, number: int) -> None:
        await pool.run("echo", Work(), tenant=tenant)
        order.append(f"{tenant}{number}")

    first = asyncio.create_task(pool.run("nap", Work(seconds=0.2)))
    await until(lambda: busy(pool) == 1)
    callers = [asyncio.create_task(call("a", number)) for number in range(4)]
    await asyncio.sleep(0)
    callers += [
        asyncio.create_task(call("b", 0)),
        asyncio.create_task(call("b", 1)),
        asyncio.create_task(call("c", 0)),
    ]
    await asyncio.gather(first, *callers)
    assert order == ["a0", "b0", "c0", "a1", "b1", "a2", "a3"]


async def test_a_tenant_that_fills_the_queue_makes_room_for_another(make_pool: MakePool) -> None:
    pool = await make_pool(queue=4)
    hog = [asyncio.create_task(kind_of(pool.run("nap", Work(seconds=0.05), tenant="hog"))) for _ in range(5)]
    await asyncio.sleep(0)
    assert await kind_of(pool.run("echo", Work(), tenant="guest")) is None
    assert await asyncio.gather(*hog) == [None] * 4 + [Kind.OVERLOADED]


async def test_a_cancelled_caller_leaves_the_queue(make_pool: MakePool) -> None:
    pool = await make_pool(queue=1)
    running = asyncio.create_task(pool.run("nap", Work(seconds=0.3)))
    waiting = asyncio.create_task(pool.run("nap", Work(seconds=100)))
    await until(lambda: busy(pool) == 1)
    assert await kind_of(pool.run("echo", Work())) is Kind.OVERLOADED
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert pool.status().waiting == 0
    assert (await pool.run("echo", Work(data=b"took its place"))).data == b"took its place"
    await running
    assert pool.status().workers[0].jobs == 2


async def test_the_job_of_a_cancelled_caller_is_finished_and_its_result_dropped(make_pool: MakePool) -> None:
    pool = await make_pool()
    pid = (await pool.run("echo", Work())).pid
    running = asyncio.create_task(pool.run("nap", Work(seconds=0.2, data=b"late")))
    await until(lambda: busy(pool) == 1)
    running.cancel()
    answer = await pool.run("echo", Work(data=b"mine"))
    assert answer == Done(pid, b"mine")
    assert pool.status().workers[0].jobs == 3


async def test_the_job_of_a_cancelled_caller_is_still_limited(make_pool: MakePool) -> None:
    pool = await make_pool(job_seconds=0.3)
    running = asyncio.create_task(pool.run("nap", Work(seconds=1000)))
    await until(lambda: busy(pool) == 1)
    running.cancel()
    assert (await pool.run("echo", Work(data=b"mine"))).data == b"mine"
    assert pool.status().workers[0].restarts == 1


# starting


async def test_workers_start_when_they_are_needed(make_pool: MakePool) -> None:
    pool = await make_pool(3)
    assert states(pool) == [WorkerState.STOPPED] * 3
    assert pool.status().engines == {}
    await pool.run("echo", Work())
    await pool.run("echo", Work())
    assert states(pool) == [WorkerState.IDLE, WorkerState.STOPPED, WorkerState.STOPPED]
    assert pool.status().engines == {"faults": "1.0"}
    assert (pool.status().workers[0].rss or 0) > 1_000_000


async def test_warm_starts_all_at_once(make_pool: MakePool) -> None:
    pool = await make_pool(2, warm=True)
    assert states(pool) == [WorkerState.STARTING] * 2
    assert await pool.ready()
    assert states(pool) == [WorkerState.IDLE] * 2


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


async def test_workers_that_cannot_start_are_not_tried_without_end(make_pool: MakePool, broken: Path) -> None:
    pool = await make_pool(2, modules=("worker_broken_jobs",), backoff_seconds=0.2)
    kinds = await asyncio.gather(*[kind_of(pool.run("echo", Work())) for _ in range(10)])
    assert kinds == [Kind.ENGINE_UNAVAILABLE] * 10
    attempts = (broken / "attempts").stat().st_size
    assert 3 <= attempts <= 4
    assert pool.status().failing
    assert pool.status().reason == "ended with status 1: RuntimeError: no engine here"
    assert await kind_of(pool.run("echo", Work())) is Kind.ENGINE_UNAVAILABLE
    await asyncio.sleep(0.3)
    assert (broken / "attempts").stat().st_size == attempts, "started a worker although no job waits"
    (broken / "mended").touch()
    assert await kind_of(pool.run("echo", Work())) is None
    assert not pool.status().failing
    assert pool.status().reason is None


async def test_a_warm_pool_recovers_without_a_job(make_pool: MakePool, broken: Path) -> None:
    pool = await make_pool(2, modules=("worker_broken_jobs",), warm=True, backoff_seconds=0.2)
    assert not await pool.ready()
    await until(lambda: pool.status().failing)
    (broken / "mended").touch()
    await until(lambda: states(pool) == [WorkerState.IDLE] * 2)


async def test_a_worker_that_never_gets_ready_is_given_up(make_pool: MakePool) -> None:
    pool = await make_pool(start_seconds=0.001, backoff_seconds=0.01)
    assert await kind_of(pool.run("echo", Work())) is Kind.ENGINE_UNAVAILABLE
    assert pool.status().reason == "not ready after 0.001 s"


async def test_an_interpreter_that_is_not_there(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    pool = await make_pool(backoff_seconds=0.01)
    assert await kind_of(pool.run("echo", Work())) is Kind.ENGINE_UNAVAILABLE
    assert pool.status().reason == "could not be started: FileNotFoundError"


# what a worker inherits


async def test_a_worker_inherits_neither_sockets_nor_secrets(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "kept from workers")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        pool = await make_pool()
        facts = (await pool.run("surroundings", Work())).facts
    assert "TENCENTCLOUD_SECRET_KEY" not in facts
    assert [name for name, target in facts.items() if name.startswith("fd ") and "socket:" in target] == [
        "fd 3"
    ]
    assert facts["fd 0"] == os.devnull
    assert facts["fd 1"] == facts["fd 2"]


async def test_signals_for_the_whole_group_are_the_pools_business(make_pool: MakePool) -> None:
    pool = await make_pool()
    pid = (await pool.run("echo", Work())).pid
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid, number)
    assert (await pool.run("echo", Work())).pid == pid


# closing


async def test_closing_lets_running_jobs_finish_within_the_grace(make_pool: MakePool) -> None:
    pool = await make_pool(2)
    jobs = [
        asyncio.create_task(kind_of(pool.run("nap", Work(seconds=seconds)))) for seconds in (0.2, 1000, 0)
    ]
    await until(lambda: busy(pool) == 2)
    closing = asyncio.create_task(pool.close(0.6))
    await asyncio.sleep(0)
    assert await kind_of(pool.run("echo", Work())) is Kind.SHUTTING_DOWN
    assert await asyncio.gather(*jobs) == [None, Kind.SHUTTING_DOWN, Kind.SHUTTING_DOWN]
    await closing
    assert states(pool) == [WorkerState.STOPPED] * 2


async def test_closing_leaves_nothing_behind(make_pool: MakePool) -> None:
    gc.collect()
    tasks, threads, descriptors = asyncio.all_tasks(), threading.active_count(), psutil.Process().num_fds()
    children = set(psutil.Process().children())
    pool = await make_pool(2, job_seconds=0.3)
    await asyncio.gather(
        *[kind_of(pool.run(job, Work(seconds=1000))) for job in ("echo", "nap", "leave", "echo", "crash")]
    )
    pids = {worker.pid for worker in pool.status().workers}
    pool_idle_or_not = asyncio.create_task(kind_of(pool.run("nap", Work(seconds=1000))))
    await asyncio.sleep(0.02)
    await pool.close()
    await pool.close()
    assert await pool_idle_or_not is Kind.SHUTTING_DOWN
    assert not [pid for pid in pids if pid and psutil.pid_exists(pid)]
    assert set(psutil.Process().children()) <= children
    assert asyncio.all_tasks() == tasks
    await until(lambda: threading.active_count() <= threads)
    gc.collect()
    assert psutil.Process().num_fds() == descriptors


async def test_closing_while_a_worker_starts() -> None:
    pool = WorkerPool(size=2, warm=True, job_modules=FAULTS)
    await pool.start()
    waiting = asyncio.create_task(kind_of(pool.run("echo", Work())))
    ready = asyncio.create_task(pool.ready())
    await asyncio.sleep(0)
    await pool.close()
    assert await waiting is Kind.SHUTTING_DOWN
    assert not await ready
    assert states(pool) == [WorkerState.STOPPED] * 2


def test_a_loop_in_a_thread_and_no_close() -> None:
    """An embedded server runs like this; a pool that was not closed is reaped when the loop's tasks are cancelled."""
    pids: list[int] = []

    async def main() -> None:
        pool = WorkerPool(size=1, job_modules=FAULTS)
        await pool.start()
        pids.append((await pool.run("echo", Work())).pid)
        with contextlib.suppress(Refusal):
            await pool.run("leave", Work())
        pids.append((await pool.run("echo", Work())).pid)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert len(set(pids)) == 2
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
