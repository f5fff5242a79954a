"""The organisations of the demonstration, as an office knows them: who they are and whom to write
to. Names, numbers and addresses are invented.
"""

from dataclasses import dataclass
from typing import Final

DROUGHT_OFFICE: Final = "Turkana County Drought Office"
SCHOOL_MEALS: Final = "Lokichar School Meals"
MISSION: Final = "Kakuma Refugee Mission"
CHARITY: Final = "St. Clare Charity Marsabit"
WELFARE: Final = "Rift Tea Staff Welfare Fund"
COASTAL: Final = "Coastal Aid Partners"
YOUTH: Final = "Wajir Youth Trust"
COOPERATIVE: Final = "Samburu Women's Cooperative"
UNION: Final = "Mombasa Dock Workers' Union"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """`days` is how long ago it was begun; `people` who hands out there, besides its manager."""

    kind: str
    days: int
    contact: str
    email: str
    telephone: int
    address: str
    tax_id: str = ""
    points: int = 0
    notes: str = ""
    people: tuple[tuple[str, str], ...] = ()
    is_self: bool = True
    told: str = ""
    stands: str = "approved"


ORGANISATIONS: Final = {
    DROUGHT_OFFICE: Organisation(
        kind="public",
        days=86,
        contact="Ekal Lokwawi",
        email="manager@demo.example",
        telephone=401,
        address="Drought Office\nCounty Headquarters, Block C\nLodwar",
        notes="Served first: the county pays its own commission elsewhere.",
        people=(("distributor@demo.example", "Akiru Nakwang"),),
        is_self=False,
    ),
    SCHOOL_MEALS: Organisation(
        kind="ngo",
        days=82,
        contact="Beatrice Atabo",
        email="beatrice@schoolmeals.example",
        telephone=402,
        address="Mission Road 3\nLokichar",
        tax_id="P000010402B",
        points=150,
        people=(("joel@schoolmeals.example", "Joel Ekiru"),),
    ),
    MISSION: Organisation(
        kind="ngo",
        days=78,
        contact="Father Thomas Okello",
        email="thomas@kakumamission.example",
        telephone=403,
        address="P.O. Box 40\nKakuma",
        points=100,
        people=(("mary@kakumamission.example", "Mary Achol"),),
    ),
    COASTAL: Organisation(
        kind="ngo",
        days=74,
        contact="Said Mwinyi",
        email="said@coastalaid.example",
        telephone=404,
        address="Moi Avenue 112\nMombasa",
        tax_id="P000010404D",
        points=300,
        people=(("rehema@coastalaid.example", "Rehema Juma"),),
    ),
    CHARITY: Organisation(
        kind="other",
        days=66,
        contact="Sister Agnes Wambui",
        email="agnes@stclare.example",
        telephone=405,
        address="St. Clare Convent\nMountain Road\nMarsabit",
        people=(("lucy@stclare.example", "Lucy Galgalo"),),
        is_self=False,
    ),
    WELFARE: Organisation(
        kind="company",
        days=58,
        contact="Patrick Cheruiyot",
        email="patrick@rifttea.example",
        telephone=406,
        address="Rift Tea Estates Limited\nStaff Welfare\nKericho",
        tax_id="P000010406F",
        points=250,
        people=(("naomi@rifttea.example", "Naomi Chebet"),),
    ),
    YOUTH: Organisation(
        kind="ngo",
        days=6,
        contact="Abdi Noor",
        email="abdi@wajiryouth.example",
        telephone=407,
        address="Hospital Road 9\nWajir",
        points=150,
    ),
    UNION: Organisation(
        kind="other",
        days=5,
        contact="Juma Baraza",
        email="juma@dockworkers.example",
        telephone=408,
        address="Shimanzi Road\nMombasa",
        stands="returned",
        told="The statutes you sent are those of another union. Please send your own.",
    ),
    COOPERATIVE: Organisation(
        kind="other",
        days=1,
        contact="Naisula Lesuuda",
        email="naisula@samburuwomen.example",
        telephone=409,
        address="Market Street\nMaralal",
        stands="submitted",
    ),
}
