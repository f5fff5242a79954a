"""The merchants and agents of the demonstration, as an office knows them: who they are, whom to
call, where they are and what papers they gave.

The towns are on the map; people, numbers and addresses are invented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

LEGAL, CONTACTS, BANK = "legal", "contacts", "bank"  # the sections that somebody verifies
ALL: Final = (LEGAL, CONTACTS, BANK)

# Monday to Saturday, then Sunday; empty is closed.
SHOP: Final = ("07:30-19:00", "09:00-14:00")
MARKET: Final = ("06:00-12:30, 14:00-20:00", "06:00-13:00")
CHEMIST: Final = ("08:00-21:00", "10:00-18:00")
CLOSED_ON_SUNDAY: Final = ("08:00-17:00", "")
LATE: Final = ("08:00-23:00", "12:00-23:00")

EXPIRED: Final = timedelta(days=-12)
SOON: Final = timedelta(days=21)
GOOD: Final = timedelta(days=240)


@dataclass(frozen=True, slots=True)
class Person:
    """`telephone` are the last three digits of a number that nobody has."""

    name: str
    role: str
    telephone: int
    email: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    name: str
    address: str
    town: str
    position: str
    hours: tuple[str, str] = SHOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Beside what stands in the cast. `licence` is how long its trade licence is still good;
    `days` how long ago it was begun; `failed` why its bank data were found wrong.
    """

    registered_name: str
    people: Sequence[Person]
    spots: Sequence[Spot]
    days: int
    tax_id: str = ""
    origin: str = "orchestrator"
    licence: timedelta | None = None
    identity: bool = False
    verified: Sequence[str] = ALL
    failed: str = ""
    owner: str = ""


SHOPS: Final[Mapping[str, Shop]] = {
    "Wanjiku Grocers": Shop(
        registered_name="Wanjiku Grocers Limited",
        people=(
            Person("Grace Wanjiku", "Owner", 101, "owner@demo.example"),
            Person("Peter Njoroge", "Shop manager", 102),
        ),
        spots=(
            Spot("Main shop", "Kenyatta Avenue 14", "Nakuru", "-0.2850, 36.0667"),
            Spot("Market stall", "Wakulima Market, row C", "Nakuru", "-0.2790, 36.0702", MARKET),
        ),
        days=84,
        tax_id="P000010101K",
        licence=GOOD,
        identity=True,
        owner="owner@demo.example",
    ),
    "Baraka Mini Mart": Shop(
        registered_name="Baraka Mini Mart",
        people=(Person("Hassan Baraka", "Owner", 103, "hassan@baraka.example"),),
        spots=(
            Spot("Baraka Mini Mart", "Moi Road, by the bus stage", "Isiolo", "0.3546, 37.5822"),
        ),
        days=81,
        tax_id="A000010102M",
        licence=GOOD,
    ),
    "Nyali Fresh Market": Shop(
        registered_name="Nyali Fresh Produce Limited",
        people=(
            Person("Mwanaisha Ali", "Director", 104, "mwanaisha@nyalifresh.example"),
            Person("Tom Ochieng", "Accountant", 105, "accounts@nyalifresh.example"),
        ),
        spots=(
            Spot("Nyali", "Links Road 3", "Mombasa", "-4.0340, 39.7170", MARKET),
            Spot("Likoni", "Ferry Road, opposite the mosque", "Mombasa", "-4.0813, 39.6633"),
        ),
        days=79,
        tax_id="P000010103F",
        licence=GOOD,
        identity=True,
    ),
    "Kisumu Lakeside Foods": Shop(
        registered_name="Lakeside Foods and Fish Limited",
        people=(Person("Achieng Odhiambo", "Director", 106),),
        spots=(Spot("Lakeside Foods", "Oginga Odinga Street 51", "Kisumu", "-0.1022, 34.7617"),),
        days=77,
        tax_id="P000010104T",
        licence=GOOD,
    ),
    "Eldoret Cereals Store": Shop(
        registered_name="Eldoret Cereals Store",
        people=(Person("Kiprop Chebet", "Owner", 107),),
        spots=(Spot("Store", "Uganda Road, at the silos", "Eldoret", "0.5143, 35.2698"),),
        days=75,
        tax_id="A000010105B",
        licence=SOON,
    ),
    "Turkana Traders": Shop(
        registered_name="Turkana Traders Cooperative",
        people=(
            Person("Ekal Lokwang", "Chairman", 108, "chair@turkanatraders.example"),
            Person("Nakiru Ewoi", "Treasurer", 109),
        ),
        spots=(
            Spot("Lodwar shop", "Hospital Road", "Lodwar", "3.1191, 35.5973"),
            Spot("Kakuma shop", "Kakuma 1, main street", "Kakuma", "3.7100, 34.8700"),
        ),
        days=71,
        tax_id="P000010106C",
        licence=GOOD,
    ),
    "Amani General Store": Shop(
        registered_name="Amani General Store",
        people=(Person("Joyce Amani", "Owner", 110, "joyce@amani.example"),),
        spots=(Spot("Amani", "Mkunguni Street", "Lamu", "-2.2717, 40.9020"),),
        days=68,
        tax_id="A000010107D",
        licence=EXPIRED,
        verified=(LEGAL, CONTACTS),
    ),
    "Tumaini Pharmacy": Shop(
        registered_name="Tumaini Pharmacy Limited",
        people=(Person("Dr. Wambui Kariuki", "Pharmacist", 111),),
        spots=(Spot("Tumaini", "Kimathi Street 9", "Nyeri", "-0.4201, 36.9476", CHEMIST),),
        days=64,
        tax_id="P000010108G",
        licence=GOOD,
        identity=True,
    ),
    "Garissa Community Chemist": Shop(
        registered_name="Garissa Community Chemist",
        people=(Person("Abdi Noor", "Owner", 112),),
        spots=(Spot("Chemist", "Lamu Road, by the post office", "Garissa", "-0.4532, 39.6461"),),
        days=60,
        tax_id="A000010109H",
        licence=GOOD,
        verified=(LEGAL, CONTACTS),
        failed="The bank letter names another holder: Noor Brothers.",
    ),
    "Mwangaza Primary School": Shop(
        registered_name="Mwangaza Primary School",
        people=(Person("Ruth Mwende", "Head teacher", 113),),
        spots=(Spot("School", "Mwala Road", "Machakos", "-1.5177, 37.2634", CLOSED_ON_SUNDAY),),
        days=57,
        origin="paper",
        verified=(LEGAL, CONTACTS, BANK),
    ),
    "St. Monica Girls School": Shop(
        registered_name="St. Monica Girls Secondary School",
        people=(Person("Sister Agnes Naliaka", "Principal", 114, "principal@stmonica.example"),),
        spots=(Spot("School", "Webuye Road", "Kitale", "1.0157, 35.0062", CLOSED_ON_SUNDAY),),
        days=55,
        origin="paper",
    ),
    "Lodwar Boys Secondary": Shop(
        registered_name="Lodwar Boys Secondary School",
        people=(Person("Samuel Ekitela", "Bursar", 115),),
        spots=(Spot("School", "Airstrip Road", "Lodwar", "3.1153, 35.6086", CLOSED_ON_SUNDAY),),
        days=52,
        origin="paper",
        verified=(LEGAL,),
    ),
    "Otieno Cash Point": Shop(
        registered_name="Otieno Cash Point",
        people=(Person("Otieno Were", "Owner", 116),),
        spots=(Spot("Kiosk", "Jubilee Market, gate 2", "Kisumu", "-0.1065, 34.7561", LATE),),
        days=46,
        tax_id="A000010113J",
        licence=GOOD,
    ),
    "Halima Mobile Money": Shop(
        registered_name="Halima Mobile Money",
        people=(Person("Halima Duale", "Owner", 117, "halima@mobilemoney.example"),),
        spots=(
            Spot("Soko Mugdi", "Soko Mugdi, shop 18", "Garissa", "-0.4569, 39.6583", LATE),
            Spot("Bula Iftin", "Bula Iftin, near the well", "Garissa", "-0.4390, 39.6351", LATE),
        ),
        days=44,
        tax_id="A000010114L",
        licence=GOOD,
        identity=True,
    ),
    "Kamau & Daughters": Shop(
        registered_name="Kamau and Daughters Enterprises",
        people=(Person("Njeri Kamau", "Manager", 118),),
        spots=(Spot("Shop", "Haile Selassie Road 7", "Thika", "-1.0333, 37.0693"),),
        days=41,
        tax_id="P000010115N",
        licence=GOOD,
    ),
    "Mandera Exchange": Shop(
        registered_name="Mandera Exchange and Transfers Limited",
        people=(Person("Fatuma Sheikh", "Director", 119),),
        spots=(Spot("Exchange", "Border Point 1 Road", "Mandera", "3.9373, 41.8569", LATE),),
        days=38,
        tax_id="P000010116Q",
        verified=(CONTACTS,),
    ),
    "Delft Water Filters": Shop(
        registered_name="Delft Water Filters B.V.",
        people=(Person("Marieke Visser", "Export manager", 120),),
        spots=(Spot("Nairobi office", "Westlands Road 20", "Nairobi", "-1.2676, 36.8108"),),
        days=38,
        origin="paper",
    ),
    "Haarlem Medical Supplies": Shop(
        registered_name="Haarlem Medical Supplies B.V.",
        people=(Person("Joost Bakker", "Accounts", 121),),
        spots=(Spot("Depot", "Airport North Road", "Nairobi", "-1.3192, 36.9278"),),
        days=38,
        origin="paper",
    ),
    "Zeeland Seed House": Shop(
        registered_name="Zeeland Seed House Coöperatie U.A.",
        people=(Person("Esther Kimani", "Agent for East Africa", 122),),
        spots=(Spot("Store", "Oginga Odinga Street", "Nakuru", "-0.2832, 36.0700"),),
        days=38,
        origin="paper",
    ),
    "Utrecht Cold Chain": Shop(
        registered_name="Utrecht Cold Chain N.V.",
        people=(Person("Pieter de Wit", "Director", 123),),
        spots=(Spot("Workshop", "Enterprise Road 61", "Nairobi", "-1.3085, 36.8517"),),
        days=38,
        origin="paper",
    ),
}
