"""Rounds drawn by lot in public and then rotated, so that every collector rides each of them (cf. Alanya)."""
