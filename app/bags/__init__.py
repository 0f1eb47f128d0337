"""Bags with a printed code: so that the hub can compare each with the very stop that it comes from."""
