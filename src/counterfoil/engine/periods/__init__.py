"""Periods that are closed: what stood in the books at their end stays as it was.

The journal only grows, and its time never goes back: whatever is recorded after a period ended is
in the one that is open, with the day on which the bank made it where that was earlier.
"""
