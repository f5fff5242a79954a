"""Payouts as the issuer's people and the merchant itself see them."""
