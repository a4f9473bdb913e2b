"""Does several things of which none keeps the others from being done."""

from collections.abc import Callable, Iterable


def each_on_its_own(acts: Iterable[Callable[[], int]]) -> int:
    """Do each; how much was done in all. What the first of those that failed raised is raised once all were tried."""
    done, failed = 0, None
    for act in acts:
        try:
            done += act()
        except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
            failed = failed or error
    if failed is not None:
        raise failed
    return done
