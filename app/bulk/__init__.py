"""Bulk in and out, as CSV."""
