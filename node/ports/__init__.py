"""What the services need from outside, as protocols."""
