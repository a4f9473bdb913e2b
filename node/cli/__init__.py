"""`symbolon node`: the commands of a node's administrator and officers. Each parses, calls and prints."""

from symbolon.node.cli import (
    api,
    backup,
    ceremony,
    deliveries,
    desks,
    drafts,
    exchange,
    federation,
    keys,
    record_list,
    records,
    retention,
    running,
    setup,
    users,
)
from symbolon.node.cli.app import app

__all__ = [
    "api",
    "app",
    "backup",
    "ceremony",
    "deliveries",
    "desks",
    "drafts",
    "exchange",
    "federation",
    "keys",
    "record_list",
    "records",
    "retention",
    "running",
    "setup",
    "users",
]
