"""The Celery application, as every process of the hub speaks to its broker."""

from celery import Celery, signals

from symbolon.hub.jobs.tasks import BEAT_SCHEDULE
from symbolon.hub.settings import HubSettings


def create_celery(settings: HubSettings) -> Celery:
    """The Celery application: no results, no remote control, no waiting for a broker that is away."""
    app = Celery("symbolon-hub", broker=settings.broker, set_as_current=False)
    app.conf.update(
        beat_schedule=BEAT_SCHEDULE,
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=2,
        broker_transport_options=_transport_options(settings.broker),
        result_backend=None,
        task_default_delivery_mode="transient",
        task_default_queue="symbolon-hub",
        task_ignore_result=True,
        worker_enable_remote_control=False,
        worker_prefetch_multiplier=1,
    )
    return app


def _transport_options(broker: str) -> dict[str, object]:
    if broker.startswith("redis"):
        return {"socket_connect_timeout": 2, "socket_timeout": 5, "retry_on_timeout": False}
    # Without the broker's confirmation, a message into a connection that just died seems to be sent.
    return {"confirm_publish": True}


def keep_our_logging() -> None:
    """Log as the process was set up to: Celery configures logging only where nobody is connected to this signal."""
    signals.setup_logging.connect(_leave_logging_alone)


def _leave_logging_alone(**_settings: object) -> None:
    """See :func:`keep_our_logging`."""
