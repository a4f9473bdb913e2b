"""The node's API for the state's own systems, version 1: everything that a page does, under `/api/v1`."""
