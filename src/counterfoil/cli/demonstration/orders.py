"""What organisations of the demonstration buy, when, and what becomes of it."""

from dataclasses import dataclass
from typing import Final

from counterfoil.cli.demonstration.buyers import (
    CHARITY,
    COASTAL,
    DROUGHT_OFFICE,
    MISSION,
    SCHOOL_MEALS,
    WELFARE,
)

Line = tuple[str, int, int]  # which voucher, amount in minor units, how many


@dataclass(frozen=True, slots=True)
class Order:
    """`day` is how long ago it was asked for; `people` how many of its first line are handed to
    somebody as soon as it is allocated. `extra_minor` is paid more than it costs, `as_before` has
    the proof of that order once more.
    """

    buyer: str
    day: int
    lines: tuple[Line, ...]
    people: int = 0
    ends: str = "allocated"
    reason: str = ""
    extra_minor: int = 0
    as_before: int = 0
    fetched: bool = True

    @property
    def name(self) -> str:
        return f"purchase {self.buyer} {self.day}"


def _food(amount: int, count: int) -> Line:
    return ("FOOD-AID", amount * 100, count)


def _water(count: int) -> Line:
    return ("WATER-CANS", 200_00, count)


ORDERS: Final = (
    Order(DROUGHT_OFFICE, 83, (_food(500, 240),), 200),
    Order(SCHOOL_MEALS, 79, (_food(500, 150),)),
    Order(MISSION, 74, (_food(500, 200),), 180),
    Order(DROUGHT_OFFICE, 72, (_food(500, 300),), 280),
    Order(COASTAL, 68, (_food(500, 160),), 120),
    Order(DROUGHT_OFFICE, 64, (_food(500, 260),)),
    Order(MISSION, 61, (_food(500, 180), _water(150))),
    Order(CHARITY, 60, (_food(500, 90),)),
    Order(DROUGHT_OFFICE, 58, (_food(500, 300), _water(120))),
    Order(SCHOOL_MEALS, 55, (_food(500, 100), _food(1000, 60))),
    Order(WELFARE, 53, (_food(1000, 80),), 70),
    Order(COASTAL, 50, (_food(500, 140),)),
    Order(DROUGHT_OFFICE, 47, (_food(500, 200), _food(1000, 100)), 200),
    Order(MISSION, 43, (_food(1000, 120),)),
    Order(CHARITY, 41, (_food(500, 100),), extra_minor=5000_00),
    Order(DROUGHT_OFFICE, 38, (_food(500, 150), _food(2000, 60))),
    Order(SCHOOL_MEALS, 36, (_food(1000, 80),)),
    Order(WELFARE, 33, (("SCHOOL-FEES", 5000_00, 40),)),
    Order(MISSION, 30, (_water(1200),)),  # more than there are
    Order(DROUGHT_OFFICE, 26, (_food(500, 300),), 280),
    Order(SCHOOL_MEALS, 19, (_food(1000, 100),), 90),
    Order(DROUGHT_OFFICE, 15, (_food(500, 220), _food(1000, 80))),
    Order(WELFARE, 13, (_food(1000, 60),)),
    Order(MISSION, 10, (_food(500, 150),), 130),
    Order(DROUGHT_OFFICE, 7, (_food(500, 400), _food(2000, 50)), 200),
    Order(SCHOOL_MEALS, 4, (_food(500, 120),), 60, fetched=False),
    # What did not come that far, or not yet.
    Order(
        SCHOOL_MEALS,
        34,
        (_food(2000, 40),),
        ends="cancelled",
        reason="The donor gives flour instead.",
    ),
    Order(MISSION, 22, (_food(2000, 100),), ends="expired"),
    Order(
        COASTAL,
        14,
        (_food(500, 900),),
        ends="rejected",
        reason="That is six times what you handed out so far. Please ask for less.",
    ),
    Order(
        CHARITY,
        5,
        (_food(500, 80),),
        ends="returned",
        reason="The reference on the slip cannot be read. Please send the paper of the bank.",
    ),
    Order(DROUGHT_OFFICE, 4, (_food(500, 250), _food(1000, 100)), ends="recorded"),
    Order(SCHOOL_MEALS, 3, (_food(1000, 50),), ends="proof"),
    Order(WELFARE, 3, (_food(1000, 60),), ends="proof", as_before=13),
    Order(DROUGHT_OFFICE, 2, (_food(2000, 80),), ends="quoted"),
    Order(MISSION, 1, (_food(500, 200),), ends="requested"),
    Order(CHARITY, 0, (_food(1000, 30),), ends="requested"),
    Order(DROUGHT_OFFICE, 0, (_food(1000, 150), _food(500, 100)), ends="draft"),
)
