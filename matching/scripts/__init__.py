"""Romanisers of single scripts, for what a character table alone cannot sound out. Rules only; no learned data."""
