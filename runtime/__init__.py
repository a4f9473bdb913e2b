"""What both roles stand on, and nothing of either."""
