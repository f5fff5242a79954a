"""The steps of acceptors and groups, every pair of them, from a list written by hand."""

from itertools import product

import pytest

from counterfoil.standing import ACCEPTOR_STEPS, GROUP_STEPS, Steps, may_become

ACCEPTOR = """
    draft approved, draft rejected, draft closed, approved suspended, approved closed,
    rejected draft, suspended approved, suspended closed
"""
GROUP = "open paused, open closed, paused open, paused closed"


@pytest.mark.parametrize(
    ("steps", "allowed"), [(ACCEPTOR_STEPS, ACCEPTOR), (GROUP_STEPS, GROUP)], ids=["shop", "group"]
)
def test_nothing_else_is_a_step(steps: Steps, allowed: str) -> None:
    pairs = {(pair.split()[0], pair.split()[1]) for pair in allowed.split(",")}
    for before, after in product(steps, steps):
        assert may_become(steps, before, after) is (before == after or (before, after) in pairs)
    assert not may_become(steps, "closed", "unheard of")
