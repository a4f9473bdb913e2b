"""The metrics of a process are read on loopback, and only where they are wanted."""

import signal
import subprocess
import sys

import httpx

from symbolon.runtime.metrics import metrics_listeners

SERVER = """
from symbolon.runtime.metrics import REQUESTS, metrics_listeners
from symbolon.runtime.logs import configure_logging
from symbolon.runtime.serving import serve

configure_logging("node", "test")
REQUESTS.observe("GET", "/v1/health", 200, 0.01)
serve(metrics_listeners(0), on_listening=lambda ports: print(ports[0], flush=True))
"""


def test_a_collector_on_this_machine_reads_the_counts():
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = int(server.stdout.readline())
            text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        finally:
            server.send_signal(signal.SIGTERM)
    assert 'symbolon_http_requests_total{method="GET",route="/v1/health",status="200"} 1.0' in text


def test_without_a_port_nothing_listens():
    assert metrics_listeners(None) == []
