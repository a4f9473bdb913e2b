"""What an operator does, one verb phrase each."""
