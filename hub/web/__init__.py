"""The web shell of the role."""
