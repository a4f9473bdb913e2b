"""The operators of blind comparison: three bodies, each with one share of every encoding, its own keys and database.

A role of its own with the skeleton of the others. Of the hub's rooms it knows the pure rules of scope alone.
"""
