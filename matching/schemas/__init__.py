"""The linkage schemas, as data."""
