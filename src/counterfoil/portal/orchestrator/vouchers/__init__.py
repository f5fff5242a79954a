"""Vouchers: how they are designed and published, and the story of each single one."""
