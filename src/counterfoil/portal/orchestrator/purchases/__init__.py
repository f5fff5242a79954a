"""Purchases as the issuer works on them: the list, one of them, its quote, its payment."""
