"""Where an operator's process is wired."""
