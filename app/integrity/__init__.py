"""What does not fit: the hub's scale against the day's stops, and what the nightly checks see."""
