"""Paying merchants and agents what was redeemed there.

    terms      when, and how much of it is kept
    counting   a run: what is owed to whom, put down as a preview
    sending    an approved run, a chunk of payouts a transaction, each with its payment
    outcomes   what became of the payments
    refunding  a wrong redemption taken back

A redemption is paid by being in a stretch of its acceptor's redemptions that begins where the one
paid before it ended; no two that are paid begin at the same place.
"""
