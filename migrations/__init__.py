"""Schema changes, newest last; run with `weighback migrate`."""
