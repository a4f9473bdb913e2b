"""The neutral hub."""
