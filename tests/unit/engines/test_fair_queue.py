from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_emulator.engines.fair_queue import FairQueue

Pushes = st.lists(st.sampled_from("abcd"), max_size=40)


def filled(tenants: list[str]) -> FairQueue[tuple[str, int]]:
    queue: FairQueue[tuple[str, int]] = FairQueue()
    for number, tenant in enumerate(tenants):
        queue.push(tenant, (tenant, number))
    return queue


@given(Pushes)
def test_everything_comes_out_once_and_in_order_inside_a_tenant(tenants: list[str]) -> None:
    queue = filled(tenants)
    out = [queue.pop() for _ in range(len(queue))]
    assert sorted(number for _, number in out) == list(range(len(tenants)))
    for tenant in "abcd":
        numbers = [number for name, number in out if name == tenant]
        assert numbers == sorted(numbers)
    with pytest.raises(IndexError):
        queue.pop()


@given(Pushes)
def test_no_tenant_is_served_twice_while_another_waits(tenants: list[str]) -> None:
    queue = filled(tenants)
    left = Counter(tenants)
    since: dict[str, set[str]] = {tenant: set() for tenant in left}
    while queue:
        tenant, _ = queue.pop()
        left[tenant] -= 1
        for other, served in since.items():
            if other != tenant and left[other]:
                assert tenant not in served
                served.add(tenant)
        since[tenant].clear()


@given(Pushes, st.data())
def test_a_discarded_item_is_gone_and_nothing_else(tenants: list[str], data: st.DataObject) -> None:
    queue = filled(tenants)
    gone = set(data.draw(st.lists(st.integers(0, 39), max_size=10)))
    for number in gone:
        tenant = tenants[number] if number < len(tenants) else "a"
        assert queue.discard(tenant, (tenant, number)) == (number < len(tenants))
    assert len(queue) == len(set(range(len(tenants))) - gone)
    assert {number for _, number in queue.drain()} == set(range(len(tenants))) - gone
    assert not queue


@given(Pushes, st.sampled_from("abcd"))
def test_room_is_made_at_the_cost_of_the_largest_share_only(tenants: list[str], newcomer: str) -> None:
    queue = filled(tenants)
    shares = Counter(tenants)
    taken = queue.displace(newcomer)
    most = max(shares.values(), default=0)
    if taken is None:
        assert most <= shares[newcomer] + 1
        assert len(queue) == len(tenants)
    else:
        tenant, number = taken
        assert shares[tenant] == most > shares[newcomer] + 1
        assert number == max(place for place, name in enumerate(tenants) if name == tenant)
        assert len(queue) == len(tenants) - 1
