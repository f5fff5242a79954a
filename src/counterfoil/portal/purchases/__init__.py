"""Purchases of vouchers by organisations, for both sides: their life, their steps, what the engine
says of them, what they are paid with, and their papers.
"""
