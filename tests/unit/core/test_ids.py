import re

from ci_emulator.core.ids import RandomIds


def test_random_ids_never_repeat() -> None:
    ids = RandomIds()
    found = [ids.token() for _ in range(3000)]
    assert all(re.fullmatch("[0-9a-f]{32}", token) for token in found)
    assert len({*found, *(RandomIds().token() for _ in range(100))}) == 3100


def test_ids_of_every_length_come_from_one_source() -> None:
    ids = RandomIds()
    traces = {ids.cos_trace_id() for _ in range(50)}
    requests = {ids.cos_request_id(1.0) for _ in range(50)}
    assert (len(traces), len(requests)) == (50, 50)
