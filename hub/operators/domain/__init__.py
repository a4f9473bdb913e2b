"""Pure rules of an operator: which rows there are, and what may be asked of them."""
