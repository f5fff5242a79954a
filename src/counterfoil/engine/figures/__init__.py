"""Figures that pages show: the journal added up by day, and what organisations bought by state.

folding.py      follows the journal from a cursor, after the commit
reading.py      a period of any length, for anyone it concerns, by key
several.py      the same for several periods and subjects at once
redemptions.py  each redemption, by who redeemed and whose voucher it was
following.py    redemptions as they come
"""
