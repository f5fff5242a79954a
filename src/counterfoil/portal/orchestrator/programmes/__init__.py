"""Programmes: their budgets, their dates, and the steps from open to closed."""
