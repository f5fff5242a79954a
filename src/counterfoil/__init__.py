"""Counterfoil: vouchers that people can trust with money."""
