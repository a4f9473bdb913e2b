"""`symbolon hub`: the facilitator's commands. Each parses, calls and prints."""

import typer

from symbolon.hub.cli import backup, processes, setup, status
from symbolon.hub.cli.certificates import certificate_app
from symbolon.hub.cli.epochs import epoch_app
from symbolon.hub.cli.federation import federation_app
from symbolon.hub.cli.members import member_app
from symbolon.hub.cli.users import user_app

app = typer.Typer(no_args_is_help=True, help="The neutral hub: members, comparison, relay.")
setup.install(app)
processes.install(app)
status.install(app)
backup.install(app)
app.add_typer(member_app, name="member")
app.add_typer(federation_app, name="federation")
app.add_typer(certificate_app, name="certificate")
app.add_typer(epoch_app, name="epoch")
app.add_typer(user_app, name="user")
