"""A whole federation on one machine: the demonstration, the training mode, the fictional case."""
