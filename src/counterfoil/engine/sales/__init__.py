"""Selling vouchers to organisations: the engine's side of a purchase.

    promise   holding ─▶ held              stock is cut off for it until a day
    pay       held ─▶ allocating           the money counts, and what is needed of it is set aside
    work      allocating ─▶ allocated      range by range: sold, charged, or made for it
    release   holding | held ─▶ releasing ─▶ released

Each step is one transaction under the issuer's head, and looks at what is there: whoever works on a
sale, and wherever a process is killed, every range is sold and charged once.
"""
