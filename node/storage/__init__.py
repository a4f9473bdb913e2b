"""PostgreSQL behind the ports, one module per aggregate."""
