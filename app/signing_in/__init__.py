"""What signing in is made of, whoever it is that signs in: counted tries, and sessions of browsers."""
