"""What agents earn: so much for each voucher they activate, or pay out.

    rules      who earns what for which events, by the issuer's own rules
    budgeting  money set aside for it, from which all of it comes
    earned     pure: what a stretch of the journal comes to by the rules, as far as the budget goes
    accruing   the journal gone through once, stretch by stretch, and what was earned posted
    reading    what waits for budget

What was earned is owed to the acceptor at once and paid with its next payout (payouts/counting).
An activation is the agent's to whom the calling system belongs that asked for it; a cash-out is a
redemption at the acceptor, from when it is owed or was paid. A refund takes back what the
redemption earned. Which groups an acceptor is in counts as it is when the journal is gone through.
"""
