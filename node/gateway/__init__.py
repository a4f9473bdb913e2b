"""Clients of the other parties."""
