"""A member state's node."""
