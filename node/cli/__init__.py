"""`symbolon node`: the commands of a node's administrator and officers. Each parses, calls and prints."""

from symbolon.node.cli import exchange, record_list, records, setup
from symbolon.node.cli.app import app

__all__ = ["app", "exchange", "record_list", "records", "setup"]
