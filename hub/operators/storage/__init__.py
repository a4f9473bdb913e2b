"""What an operator keeps: shares in PostgreSQL, and memory-mapped rows that are filled from it."""
