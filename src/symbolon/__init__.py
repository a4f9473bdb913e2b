"""Symbolon: states find each other's half of a case without showing their own."""
