"""The only place that wires a node; a process imports the module that it needs, and nothing of the others."""
