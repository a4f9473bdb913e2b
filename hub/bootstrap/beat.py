"""The beat, which Celery runs without its own command line: it sends wake-ups, and so imports nothing of the work."""

import os

from symbolon.hub.bootstrap.broker import create_celery, keep_our_logging
from symbolon.hub.settings import load_settings
from symbolon.runtime.home import PartyHome
from symbolon.runtime.logs import configure_logging


def run_beat(home: PartyHome) -> None:
    """The process that sends the regular wake-ups, until it is told to stop. It keeps nothing on disk."""
    settings = load_settings(home, os.environ)
    configure_logging("hub", "beat", level=settings.log_level)
    app = create_celery(settings)
    keep_our_logging()
    app.Beat(scheduler_cls="celery.beat:Scheduler", quiet=True).run()
