"""What somebody with the superuser's rights might do, done, looked at by `check`, and undone."""

from collections.abc import Iterator, Mapping
from typing import LiteralString

from counterfoil.engine.check import Difference, differences
from counterfoil.engine.database import Connection


def each_damaged(
    owner: Connection, rule: str, damages: Mapping[str, tuple[LiteralString, str]]
) -> Iterator[tuple[str, str, list[Difference]]]:
    """What was done, what is to be said of it, and what that rule found. One database for all."""
    for what, (damage, said) in damages.items():
        assert owner.execute(damage).rowcount > 0, what
        found = [each for each in differences(owner) if each.rule == rule]
        owner.rollback()
        assert all(each.rows for each in found)
        yield what, said, found
