"""Building blocks for tests."""
