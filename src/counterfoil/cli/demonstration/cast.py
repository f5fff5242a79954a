"""What the demonstration is made of. All names, accounts and numbers are invented."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.groups import GroupDesign

ISSUER: Final = "DEMO"
ISSUER_NAME: Final = "County Relief Agency"
CURRENCY: Final = "KES"
FSP: Final = "sandbox"
FUNDING_ACCOUNT: Final = "DEMO-FUNDING"
FUNDING_ACCOUNT_NAME: Final = "Relief fund"
BURSARY_ACCOUNT: Final = "DEMO-BURSARIES"
BURSARY_NAME: Final = "Bursary fund"
PAID_BACK_ACCOUNT: Final = "DEMO-PAID-BACK"  # stands for wherever money is sent back to
PAID_BACK_NAME: Final = "Accounts at other banks"
EURO: Final = "EUR"
EURO_BIC: Final = "MOCKNL2A"
EURO_ACCOUNT: Final = "NL89MOCK0000000010"
EURO_NAME: Final = "Clinic fund, in euros"
CHARGE_ID: Final = UUID("00000000-0000-4000-8000-00000000c4a6")  # of a payment that is none of ours

_GROCER, _SCHOOL, _PHARMACY, _CASH = "GROCERS", "SCHOOLS", "PHARMACIES", "CASH-POINTS"
SUPPLIER: Final = "SUPPLIERS"
ACCEPTOR_GROUPS: Final = {
    _GROCER: "Grocers and markets",
    _SCHOOL: "Schools",
    _PHARMACY: "Pharmacies",
    _CASH: "Cash points",
    SUPPLIER: "Suppliers abroad",
}


def _merchant(name: str, account: str, *groups: str) -> AcceptorDesign:
    return AcceptorDesign(name=name, kind="merchant", account=account, groups=groups)


def _agent(name: str, account: str) -> AcceptorDesign:
    return AcceptorDesign(
        name=name,
        kind="agent",
        account=account,
        groups=(_CASH,),
        daily_amount_minor_max=400_000_00,
        daily_count_max=300,
    )


def _supplier(name: str, iban: str) -> AcceptorDesign:
    return AcceptorDesign(
        name=name, kind="merchant", scheme="iban", fsp=EURO_BIC, account=iban, groups=(SUPPLIER,)
    )


SUPPLIERS: Final = (
    _supplier("Delft Water Filters", "NL30MOCK0000000005"),
    _supplier("Haarlem Medical Supplies", "NL03MOCK0000000006"),
    _supplier("Zeeland Seed House", "NL73MOCK0000000007"),
    _supplier("Utrecht Cold Chain", "NL84MOCK0000000003"),  # which mock-bank has closed
)
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
    *SUPPLIERS,
)
# One that a calling system has registered: nobody has looked at it yet.
CAME_BY_API: Final = replace(
    _merchant("Moyale Border Stores", "254-0117-2260", _GROCER), status="draft"
)

EMERGENCY: Final = "PROGRAMME-1"  # every issuer begins with it
DROUGHT: Final = "DROUGHT-2026"
SCHOOL: Final = "SCHOOL-TERM-3"
DROUGHT_BEFORE: Final = "DROUGHT-2025"
CLINICS: Final = "CLINICS-2026"

# A relief that is over: its vouchers expire while the demonstration starts.
ENDED_GROUP: Final = "DROUGHT-RELIEF"
ENDED_AMOUNT_MINOR: Final = 1500_00
ENDED_COUNT: Final = 120

FOOD_FIRST: Final = GroupDesign(
    code="FOOD-AID",
    name="Food aid",
    description="Basic food at any registered grocer.",
    currency=CURRENCY,
    denominations=(500_00, 1000_00),
    valid_for_days=60,
    accepts="groups",
    accepts_names=(_GROCER,),
    programme=DROUGHT,
    restock_level=500,
    unused_value="buyer",
)
FOOD: Final = replace(
    FOOD_FIRST,
    denominations=(500_00, 1000_00, 2000_00),
    valid_for_days=90,
    description="Maize flour, beans, oil and salt, at any registered grocer.",
)
SCHOOL_FEES: Final = GroupDesign(
    code="SCHOOL-FEES",
    name="School fees",
    description="Fees and uniforms, paid to the school.",
    currency=CURRENCY,
    denominations=(5000_00, 10_000_00),
    valid_for_days=180,
    hold_seconds=86_400,
    accepts="groups",
    accepts_names=(_SCHOOL,),
    programme=SCHOOL,
    restock_level=2000,
    unused_value="buyer",
)
CASH_AID: Final = GroupDesign(
    code="CASH-AID",
    name="Cash aid",
    description="Paid out at once by an agent, in any amount.",
    currency=CURRENCY,
    valid_for_days=30,
    settlement="instant",
    accepts="groups",
    accepts_names=(_CASH,),
    amount_minor_max=20_000_00,
    programme=DROUGHT,
)
HYGIENE_KIT: Final = GroupDesign(
    code="HYGIENE-KIT",
    name="Hygiene kit",
    description="Soap, water tablets and sanitary pads.",
    currency=CURRENCY,
    denominations=(300_00,),
    valid_for_days=45,
    accepts="groups",
    accepts_names=(_GROCER, _PHARMACY),
    programme=DROUGHT,
    restock_level=1000,
    unused_value="breakage",
)
WATER_CANS: Final = GroupDesign(
    code="WATER-CANS",
    name="Water, 20 litres",
    description="Two cans a week, at the shop that has the water.",
    currency=CURRENCY,
    denominations=(200_00,),
    valid_for_days=14,
    accepts="groups",
    accepts_names=(_GROCER,),
    programme=DROUGHT,
    restock_level=300,
)
CLINIC_SUPPLIES: Final = GroupDesign(
    code="CLINIC-SUPPLIES",
    name="Clinic supplies",
    description="Whatever the suppliers abroad have, in any amount.",
    currency=EURO,
    valid_for_days=120,
    accepts="groups",
    accepts_names=(SUPPLIER,),
    amount_minor_max=5_000_00,
    programme=CLINICS,
)
GROUPS: Final = (SCHOOL_FEES, CASH_AID, HYGIENE_KIT, WATER_CANS)


@dataclass(frozen=True, slots=True)
class Stock:
    group: str
    amount_minor: int
    count: int

    @property
    def name(self) -> str:
        return f"stock {self.group} {self.amount_minor} {self.count}"


FIRST_STOCK: Final = Stock("FOOD-AID", 500_00, 4000)
STOCK: Final = (
    Stock("FOOD-AID", 500_00, 6000),
    Stock("FOOD-AID", 1000_00, 6000),
    Stock("FOOD-AID", 2000_00, 2000),
    Stock("SCHOOL-FEES", 5000_00, 1500),
    Stock("SCHOOL-FEES", 10_000_00, 500),
    Stock("WATER-CANS", 200_00, 1200),
)
ENDED_STOCK: Final = Stock(ENDED_GROUP, ENDED_AMOUNT_MINOR, ENDED_COUNT)
# Begun, made in part, and paused.
PAUSED_STOCK: Final = Stock("HYGIENE-KIT", 300_00, 12_000)

POS: Final = "DEMO-POS"
ADMIN: Final = "DEMO-ADMIN"
CLIENTS: Final = {
    POS: ("preactivate", "activate", "redeem", "status"),
    ADMIN: (
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
UNATTENDED_MINOR_MAX: Final = 60_000_000_00

# How long a merchant, and a purchase, takes to tell: as so many vouchers made.
MERCHANT_STEPS: Final = 200
PURCHASE_STEPS: Final = 300


def acceptors_of(group: str) -> tuple[AcceptorDesign, ...]:
    return tuple(each for each in ACCEPTORS if group in each.groups)
