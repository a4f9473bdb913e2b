"""What the parties say to each other: pure, without input or output."""
