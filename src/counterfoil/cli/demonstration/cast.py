"""Who and what the demonstration is made of. All names and accounts are invented."""

from dataclasses import dataclass
from typing import Final

from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.groups import GroupDesign
from counterfoil.money import Money

ISSUER: Final = "DEMO"
ISSUER_NAME: Final = "County Relief Agency"
ADMINISTRATOR: Final = "administrator@demo.example"
CURRENCY: Final = "KES"
FUNDING_ACCOUNT: Final = "DEMO-FUNDING"
FUNDS: Final = Money(60_000_000_00, CURRENCY)

_GROCER, _SCHOOL, _PHARMACY, _CASH = "GROCERS", "SCHOOLS", "PHARMACIES", "CASH-POINTS"


def _merchant(name: str, account: str, *groups: str) -> AcceptorDesign:
    return AcceptorDesign(name=name, kind="merchant", account=account, groups=groups)


def _agent(name: str, account: str) -> AcceptorDesign:
    return AcceptorDesign(name=name, kind="agent", account=account, groups=(_CASH,))


ACCEPTORS: Final = (
    _merchant("Wanjiku Grocers", "254-0101-7781", _GROCER),
    _merchant("Baraka Mini Mart", "254-0102-3340", _GROCER),
    _merchant("Nyali Fresh Market", "254-0103-9012", _GROCER),
    _merchant("Kisumu Lakeside Foods", "254-0104-5567", _GROCER),
    _merchant("Eldoret Cereals Store", "254-0105-1208", _GROCER),
    _merchant("Turkana Traders", "254-0106-8843", _GROCER),
    _merchant("Amani General Store", "254-0107-6629", _GROCER, _PHARMACY),
    _merchant("Tumaini Pharmacy", "254-0108-2295", _PHARMACY),
    _merchant("Garissa Community Chemist", "254-0109-4471", _PHARMACY),
    _merchant("Mwangaza Primary School", "254-0110-7316", _SCHOOL),
    _merchant("St. Monica Girls School", "254-0111-0984", _SCHOOL),
    _merchant("Lodwar Boys Secondary", "254-0112-5150", _SCHOOL),
    _agent("Otieno Cash Point", "254-0201-3307"),
    _agent("Halima Mobile Money", "254-0202-8164"),
    _agent("Kamau & Daughters", "254-0203-6041"),
    _agent("Mandera Exchange", "254-0204-9738"),
)

GROUPS: Final = (
    GroupDesign(
        code="FOOD-AID",
        name="Food aid",
        description="Basic food at any registered grocer.",
        currency=CURRENCY,
        denominations=(500_00, 1000_00, 2000_00),
        valid_for_days=90,
        accepts="groups",
        accepts_names=(_GROCER,),
    ),
    GroupDesign(
        code="SCHOOL-FEES",
        name="School fees",
        description="Fees and uniforms, paid to the school.",
        currency=CURRENCY,
        denominations=(5000_00, 10_000_00),
        valid_for_days=180,
        hold_seconds=86_400,
        accepts="groups",
        accepts_names=(_SCHOOL,),
    ),
    GroupDesign(
        code="CASH-AID",
        name="Cash aid",
        description="Paid out at once by an agent, in any amount.",
        currency=CURRENCY,
        valid_for_days=30,
        settlement="instant",
        accepts="groups",
        accepts_names=(_CASH,),
        amount_minor_max=20_000_00,
    ),
)


@dataclass(frozen=True, slots=True)
class Stock:
    group: str
    amount_minor: int
    count: int


STOCK: Final = (
    Stock("FOOD-AID", 500_00, 10_000),
    Stock("FOOD-AID", 1000_00, 6000),
    Stock("FOOD-AID", 2000_00, 2000),
    Stock("SCHOOL-FEES", 5000_00, 1500),
    Stock("SCHOOL-FEES", 10_000_00, 500),
)

# A relief that is over: its vouchers expire while the demonstration starts.
ENDED_GROUP: Final = "DROUGHT-RELIEF"
ENDED_AMOUNT_MINOR: Final = 1500_00
ENDED_COUNT: Final = 120

CLIENTS: Final = {
    "DEMO-POS": ("preactivate", "activate", "redeem", "status"),
    "DEMO-ADMIN": (
        "preactivate",
        "activate",
        "redeem",
        "override",
        "cancel",
        "status",
        "admin",
        "unattended",
    ),
}


def acceptors_of(group: str) -> tuple[AcceptorDesign, ...]:
    return tuple(each for each in ACCEPTORS if group in each.groups)
