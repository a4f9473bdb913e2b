"""The fictional case: its three files with their mappings, its truth, and its story (README.md)."""
