"""A form that is sent twice acts once: a double click, a reload, a bad line on which somebody tried again."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_REMEMBERED: Final = 5_000


@dataclass(slots=True)
class _Sending:
    lock: threading.Lock = field(default_factory=threading.Lock)
    outcome: tuple[str, str] | None = None


class OnceEach:
    """Remembers what became of the forms of the last while, each by the id that its page was given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sendings: OrderedDict[str, _Sending] = OrderedDict()

    def __call__(self, form_id: str, act: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """Act, or give what the same form came to before; a form that was refused may be sent again.

        ``act`` gives the address to go on to, and the notice to show there. A form without an id just acts.
        """
        if not form_id:
            return act()
        sending = self._sending(form_id)
        with sending.lock:
            if sending.outcome is None:
                sending.outcome = act()
            return sending.outcome

    def _sending(self, form_id: str) -> _Sending:
        with self._lock:
            sending = self._sendings.setdefault(form_id, _Sending())
            self._sendings.move_to_end(form_id)
            if len(self._sendings) > _REMEMBERED:
                self._sendings.popitem(last=False)
            return sending
