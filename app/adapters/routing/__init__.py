"""Ways and orders to go in: straight lines, and the nearest stop next."""
