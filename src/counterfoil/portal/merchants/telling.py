"""What the trail keeps of a profile. It is only added to and never forgets, so that what people
can be reached by stands there masked: enough to see that it changed.
"""

from counterfoil.portal.applying.telling import masked_email, masked_number
from counterfoil.portal.merchants.opening_hours import day_text
from counterfoil.portal.merchants.positions import position_text
from counterfoil.portal.merchants.written import outlet_given
from counterfoil.portal.models import (
    MerchantContact,
    MerchantOutlet,
    MerchantProfile,
)


def told_contact(contact: MerchantContact) -> dict[str, object]:
    return {
        "contact": str(contact.pk),
        "role": contact.role,
        "telephone": masked_number(contact.telephone),
        "email": masked_email(contact.email),
    }


def told_outlet(outlet: MerchantOutlet) -> dict[str, object]:
    given = outlet_given(outlet)
    return {
        "outlet": given.name,
        "address": given.address,
        "town": given.town,
        "position": "" if given.position is None else position_text(*given.position),
        "hours": [day_text(day) for day in given.week],
    }


def told_bank(profile: MerchantProfile) -> dict[str, object]:
    return {
        "scheme": profile.scheme,
        "fsp": profile.fsp,
        "account": masked_number(profile.account),
    }
