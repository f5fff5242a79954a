"""Organisations that buy vouchers: applications, registration, standing, terms, balance."""
