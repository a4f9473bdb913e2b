"""The pure rules of the role."""
