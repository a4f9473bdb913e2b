"""`symbolon node`: the commands of a node's administrator and officers. Each parses, calls and prints."""

from symbolon.node.cli import deliveries, exchange, record_list, records, setup
from symbolon.node.cli.app import app

__all__ = ["app", "deliveries", "exchange", "record_list", "records", "setup"]
