"""The only place that wires a hub; a process imports the module that it needs, and nothing of the others."""
