"""The system's clock knows its time zone."""

from datetime import UTC, datetime, timedelta

from symbolon.runtime.clock import SystemClock


def test_the_system_clock_tells_the_present_in_utc():
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
