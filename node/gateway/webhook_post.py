"""Posts events to own systems: to no address that was not asked for, following nobody elsewhere, waiting not long.

Server-side request forgery (OWASP): the host is resolved once, every address it has must be one that events may go to,
and the connection goes to that very address, so that a name cannot come to mean another between the look and the call.
No redirect is followed, no proxy of the environment is used, and of the answer nothing is read but its status.
"""

import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx

from symbolon.node.domain.webhooks import WebhookEvent, WebhookMistake, check_url, may_connect

_PATIENCE_S: Final = 10.0
_TAKEN: Final = range(200, 300)


class HttpWebhookPost:
    """Posts by HTTPS; in an exercise also by HTTP to this machine."""

    def __init__(self, is_exercise: Callable[[], bool]) -> None:
        self._is_exercise = is_exercise

    def __call__(self, event: WebhookEvent, body: bytes, headers: dict[str, str]) -> str | None:
        """Send it; None where it was taken, else why it was not."""
        try:
            return self._post(event, body, headers)
        except WebhookMistake as mistake:
            return mistake.sentence
        except ssl.SSLError:
            return "Its authority cannot be read: register the address again."
        except httpx.TimeoutException:
            return "It did not answer in time."
        except httpx.HTTPError as error:
            return f"It could not be reached ({type(error).__name__})."

    def _post(self, event: WebhookEvent, body: bytes, headers: dict[str, str]) -> str | None:
        is_exercise = self._is_exercise()
        url = event.webhook.url
        check_url(url, is_exercise=is_exercise)
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return "Its name cannot be resolved."
        addresses = [ip_address(each[4][0]) for each in found]
        if not addresses or not all(may_connect(address, is_exercise=is_exercise) for address in addresses):
            return "Its name leads to an address that no event goes to: this machine, link-local, or reserved."
        address = addresses[0]
        shown = f"[{address}]" if address.version == 6 else str(address)
        target = httpx.URL(url).copy_with(host=shown, port=port)
        trust = ssl.create_default_context(cadata=event.webhook.authority)
        with httpx.Client(verify=trust, timeout=_PATIENCE_S, follow_redirects=False, trust_env=False) as client:
            request = client.build_request("POST", target, content=body, headers={**headers, "Host": parts.netloc})
            if parts.scheme == "https":
                # The certificate is checked against the name, not against the number that it was resolved to.
                request.extensions["sni_hostname"] = host
            answer = client.send(request, stream=True)
            try:
                return None if answer.status_code in _TAKEN else f"It answered {answer.status_code}."
            finally:
                answer.close()
