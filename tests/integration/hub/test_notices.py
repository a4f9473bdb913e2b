"""Mail to the facilitator: rows in a real PostgreSQL, handed to a real mail server in a process of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.hub.exchanging import a_hit
from tests.integration.hub.test_clocks import escalation
from tests.integration.hub.test_desks import asking, publish
from tests.simulators.desks import SetClock
from tests.simulators.mail_server import MailServer, mail_server

from symbolon.hub.bootstrap.worker import build_worker_services
from symbolon.hub.domain.notices import FacilitatorNotice, NoticeKind
from symbolon.hub.services.write_notices import Correspondence, SendMails, WriteNotices
from symbolon.hub.settings import NoticeSettings
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode
from symbolon.runtime.mail import Mail, MailSecurity, MailSettings, SmtpPost

FACILITATOR = "facilitator@hub.example"
AT_ONCE, DAILY = timedelta(0), timedelta(days=1)


def settings_of(port: int) -> MailSettings:
    return MailSettings("127.0.0.1", port, MailSecurity.NONE, None, None, "symbolon@hub.example", None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path / "mails") as running:
        yield running


def writer(bench: Any, clock: SetClock, every: timedelta = AT_ONCE, *to: str) -> WriteNotices:
    correspondence = Correspondence("exercise-tests", to or (FACILITATOR,), every, "https://hub.example:8444")
    return WriteNotices(bench.hub.store, clock, uuid4, correspondence)


def sender(bench: Any, clock: SetClock, port: int) -> SendMails:
    return SendMails(bench.hub.store, clock, SmtpPost(settings_of(port)))


def note(bench: Any, urgency: Urgency = Urgency.U3, *, member: str = "XB", clock: str = "respond") -> None:
    with bench.hub.store.work() as work:
        work.notices.add(
            FacilitatorNotice(
                NoticeKind.CLOCK_OVER, MemberCode(member), clock, JointState.ACCEPTED, urgency, bench.now()
            )
        )


def test_what_is_over_is_mailed_at_once_with_counts_states_and_a_link(bench: Any, server: MailServer) -> None:
    note(bench)
    note(bench)
    note(bench, clock="purge", member="XC")
    clock = SetClock(bench.now())
    assert writer(bench, clock, AT_ONCE, FACILITATOR, "deputy@hub.example")() == 2
    assert writer(bench, clock)() == 0
    assert sender(bench, clock, server.port)() == 2
    assert sender(bench, clock, server.port)() == 0
    first, second = server.mails
    assert {first["To"], second["To"]} == {FACILITATOR, "deputy@hub.example"}
    assert first["Subject"] == "exercise-tests: 3 clocks over, 0 desks without an answer"
    text = first.get_content().replace("\r\n", "\n")
    assert "  2 x respond, XB is to act, state ACCEPTED, U3" in text
    assert "Purges that were not confirmed within 24 hours:\n  1 x XC" in text
    assert "https://hub.example:8444/clocks" in text
    assert bench.acts().count(AuditAct.FACILITATOR_TOLD) == 1


def test_a_mail_says_nothing_of_a_hit_a_record_or_a_case(bench: Any, person: Any, server: MailServer) -> None:
    hit_id = a_hit(bench, person, urgency=Urgency.U1)
    publish(bench, bench.amara)
    clock = SetClock(bench.now())
    asking(bench, clock)()
    clock.move(days=4)
    asking(bench, clock)()
    escalation(bench.hub, clock)()
    writer(bench, clock)()
    sender(bench, clock, server.port)()
    hit = bench.hit(hit_id)
    told = "\n".join(mail.as_string() for mail in server.mails)
    assert len(server.mails) == 2
    for unsaid in (hit_id, hit_id[:8], *(side.reference for side in hit.sides), "trafficking", "Somchai", "probable"):
        assert unsaid not in told
    assert "XA day" in told


def test_a_digest_waits_for_its_time_and_what_risks_a_life_does_not(bench: Any, server: MailServer) -> None:
    clock = SetClock(bench.now())
    write = writer(bench, clock, DAILY)
    note(bench)
    assert write() == 1
    note(bench)
    clock.move(hours=23)
    assert write() == 0
    clock.move(hours=1)
    note(bench)
    assert write() == 1
    note(bench)
    clock.move(hours=1)
    assert write() == 0
    note(bench, Urgency.U1)
    assert write() == 1
    sender(bench, clock, server.port)()
    assert [mail["Subject"].split(": ")[1].split(" over")[0] for mail in server.mails] == [
        "1 clock",
        "2 clocks",
        "2 clocks",
    ]


def test_a_mail_waits_for_a_server_that_is_away_and_is_sent_once(bench: Any, tmp_path: Path) -> None:
    clock = SetClock(bench.now())
    note(bench)
    writer(bench, clock)()
    with mail_server(tmp_path / "mails") as server:
        port = server.port
    assert sender(bench, clock, port)() == 0
    with mail_server(tmp_path / "mails", port) as server:
        assert sender(bench, clock, port)() == 0
        clock.move(minutes=1)
        assert sender(bench, clock, port)() == 1
        clock.move(days=1)
        assert sender(bench, clock, port)() == 0
        assert len(server.mails) == 1


def test_a_refused_address_holds_up_nobody_and_is_told_on_the_page(bench: Any, server: MailServer) -> None:
    clock = SetClock(bench.now())
    note(bench)
    writer(bench, clock, AT_ONCE, "refused@hub.example", FACILITATOR)()
    assert sender(bench, clock, server.port)() == 1
    with bench.hub.store.work() as work:
        unsent = work.notices.unsent()
    assert (unsent.waiting, unsent.refused) == (0, 1)
    clock.move(days=1)
    assert sender(bench, clock, server.port)() == 0
    assert [mail["To"] for mail in server.mails] == [FACILITATOR]


def test_one_whose_mailbox_takes_nothing_now_holds_up_the_others_for_one_round_only(
    bench: Any, server: MailServer
) -> None:
    clock = SetClock(bench.now())
    note(bench)
    writer(bench, clock, AT_ONCE, "later@hub.example", FACILITATOR)()
    send = sender(bench, clock, server.port)
    assert send() + send() == 1
    assert [mail["To"] for mail in server.mails] == [FACILITATOR]
    with bench.hub.store.work() as work:
        assert work.notices.unsent().waiting == 1


@pytest.mark.parametrize("dies", ["process", "connection"])
def test_a_mail_that_was_taken_when_something_died_comes_again_under_the_same_id(
    bench: Any, server: MailServer, dies: str
) -> None:
    clock = SetClock(bench.now())
    note(bench)
    writer(bench, clock, AT_ONCE, FACILITATOR if dies == "process" else "twice@hub.example")()
    post = SmtpPost(settings_of(server.port))

    def die_after(mail: Mail) -> None:
        post(mail)
        raise KeyboardInterrupt

    if dies == "process":
        with pytest.raises(KeyboardInterrupt):
            SendMails(bench.hub.store, clock, die_after)()
    else:
        assert sender(bench, clock, server.port)() == 0
    clock.move(minutes=2)
    SendMails(bench.hub.store, clock, post)()
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_many_workers_send_each_mail_once(bench: Any, server: MailServer) -> None:
    clock = SetClock(bench.now())
    note(bench)
    writer(bench, clock, AT_ONCE, *(f"person-{number}@hub.example" for number in range(12)))()
    send = sender(bench, clock, server.port)
    with ThreadPoolExecutor(4) as threads:
        runs: list[Callable[[], int]] = [send] * 4
        assert sum(threads.map(lambda run: run(), runs)) == 12
    assert len(server.mails) == 12
    assert len({mail["To"] for mail in server.mails}) == 12


def test_the_worker_of_a_hub_with_a_mail_server_writes_and_sends_and_one_without_does_neither(
    bench: Any, server: MailServer
) -> None:
    note(bench)
    bench.worker.send_notices()
    assert server.mails == []
    notices = NoticeSettings(settings_of(server.port), (FACILITATOR,), AT_ONCE, "https://hub.example:8444")
    hub = replace(bench.hub, settings=replace(bench.hub.settings, notices=notices))
    build_worker_services(hub, bench.new_comparator()).send_notices()
    assert [mail["To"] for mail in server.mails] == [FACILITATOR]


def test_what_was_told_weeks_ago_is_forgotten_and_when_that_was_is_not(bench: Any) -> None:
    clock = SetClock(bench.now())
    note(bench)
    note(bench)
    writer(bench, clock)()
    with bench.hub.store.work() as work:
        work.notices.mark_sent(work.notices.take_due_mail(clock.now()).mail_id, clock.now())
        assert work.notices.forget(clock.now() + timedelta(days=35)) == 2
        assert work.notices.last_written_at() is not None
