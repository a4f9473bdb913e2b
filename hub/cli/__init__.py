"""`symbolon hub`: the facilitator's commands, and an operator's. Each parses, calls and prints."""

from typing import Final

from symbolon.hub.cli.app import app as commands
from symbolon.runtime.command_doors import behind_doors

DOORS: Final = {
    "init": "setup",
    "enrol": "setup",
    "serve": "processes",
    "worker": "processes",
    "beat": "processes",
    "status": "status",
    "resume": "resume",
    "backup": "backup",
    "restore": "backup",
    "reconcile": "backup",
    "backup-key": "backup",
    "member": "members",
    "federation": "federation",
    "certificate": "certificates",
    "epoch": "epochs",
    "operator": "operator",
    "user": "users",
}
"""The module of each command: an operator's process imports nothing of the hub's, nor the beat of what compares."""

app = behind_doors(commands, {name: f"{__name__}.{module}" for name, module in DOORS.items()})
