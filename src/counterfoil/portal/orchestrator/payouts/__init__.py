"""Paying merchants: runs, payouts, and the terms they follow."""
