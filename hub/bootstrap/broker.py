"""The Celery application, as every process of the hub speaks to its broker."""

from celery import Celery

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
