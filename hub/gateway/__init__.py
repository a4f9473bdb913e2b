"""The hub's channels to the operators of blind comparison."""
