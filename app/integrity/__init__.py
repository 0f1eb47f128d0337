"""What the hub's scale says of the day's stops."""
