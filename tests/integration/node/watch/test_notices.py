"""Mails to officers over a real server: what they hold, when they go, and that nobody learns more by them."""

from datetime import timedelta

import pytest
from tests.integration.node.watch.conftest import (
    AUDITOR,
    FOCAL_POINT,
    INVESTIGATOR,
    MONDAY,
    PROTECTION_OFFICER,
)
from tests.simulators.mail_server import mail_server

from symbolon.node.domain.notices import Manner, NoticePreference
from symbolon.node.errors import InvalidDraft
from symbolon.node.services.send_notices import SendNotices
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import JointState
from symbolon.runtime.mail import MailSecurity, MailSettings, SmtpPost
from symbolon.runtime.sql_loader import Query


@pytest.fixture
def server(tmp_path):
    with mail_server(tmp_path / "mails") as server:
        yield server


@pytest.fixture
def send(desk_pair, server):
    """Sends what is due at the first node, as its worker would."""
    return sender(desk_pair.xa, server.port)


def sender(node, port):
    settings = MailSettings("127.0.0.1", port, MailSecurity.NONE, None, None, "desk@amara.test", None)
    post = SmtpPost(settings)
    return SendNotices(node.unit_of_work, node.draws, post, desk="Amara (XA)", desk_url="https://desk.test")


def wants(node, actor, manner=Manner.AT_ONCE, **changes):
    values = {"digest_at": 8 * 60, "quiet_from": None, "quiet_until": None, "zone": "UTC", "wake_for_life": True}
    values |= {"address": f"{actor.login}@amara.test", **changes}
    wishes = NoticePreference(login="", manner=manner, since=MONDAY, **values)
    node.services.watch.notices.save(actor, wishes)


def a_held_hit(desk_pair):
    ours = desk_pair.xa.publish("A-2,C-2,Mali Jaidee,1992-05-03,victim,all,,")
    theirs = desk_pair.xb.publish("B-2,C-2,Mali Jaidee,1992-05-03,suspect,all,,")
    hit_id = desk_pair.pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, ("XA",))
    desk_pair.exchange()
    return hit_id


def test_a_new_hit_is_told_in_counts_states_and_a_link(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT)
    hit_id = desk_pair.pair.hit()
    assert send() == 1
    (mail,) = server.mails_for("mara@amara.test")
    assert mail["Subject"] == "Amara (XA): 1 notice from your desk"
    text = mail.get_content()
    assert "1 x a new hit (ALERTED, U2): https://desk.test/inbox" in text
    for secret in (hit_id, "Somchai", "A-1", "C-1", desk_pair.xa.record("A-1").reference, "XB"):
        assert secret not in mail.as_string()


def test_what_was_told_is_not_told_again(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT)
    desk_pair.pair.hit()
    send()
    desk_pair.pair.draws.later(hours=1)
    assert send() == 0
    assert len(server.mails) == 1


def test_who_asked_for_no_mail_gets_none(desk_pair, server, send):
    desk_pair.pair.hit()
    assert send() == 0


def test_a_digest_goes_once_a_day_at_its_hour(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT, Manner.DIGEST, digest_at=17 * 60)
    desk_pair.pair.hit()
    assert send() == 0
    desk_pair.at(MONDAY + timedelta(hours=8, minutes=1))
    assert send() == 1
    desk_pair.pair.draws.later(minutes=10)
    assert send() == 0


def test_quiet_hours_are_kept_and_told_after(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT, quiet_from=8 * 60, quiet_until=10 * 60)
    desk_pair.pair.hit()
    assert send() == 0
    desk_pair.at(MONDAY + timedelta(hours=1, minutes=1))
    assert send() == 1


def test_of_a_protected_hit_the_protection_officer_alone_is_told(desk_pair, server, send):
    for actor in (FOCAL_POINT, INVESTIGATOR, PROTECTION_OFFICER):
        wants(desk_pair.xa, actor)
    a_held_hit(desk_pair)
    send()
    assert [mail["To"] for mail in server.mails] == ["ines@amara.test"]


def test_a_protected_hit_changes_neither_count_nor_time_of_anybodys_mails(desk_pair, server, send):
    for actor in (FOCAL_POINT, PROTECTION_OFFICER):
        wants(desk_pair.xa, actor)
    a_held_hit(desk_pair)
    send()
    desk_pair.pair.hit()
    send()
    (mail,) = server.mails_for("mara@amara.test")
    assert "1 x a new hit (ALERTED, U2)" in mail.get_content()
    assert "HELD" not in mail.get_content()


def test_a_hit_that_became_protected_is_nobody_elses_news(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT, quiet_from=8 * 60, quiet_until=10 * 60)
    hit_id = desk_pair.pair.hit()
    with desk_pair.xa.database.transaction() as tx:
        tx.execute(Query("protect", "", "update hit set protected = true where hit_id = %(hit_id)s"), hit_id=hit_id)
    desk_pair.at(MONDAY + timedelta(hours=2))
    assert send() == 0


def test_an_overdue_hold_is_oversights_news(desk_pair, server, send):
    wants(desk_pair.xa, AUDITOR)
    a_held_hit(desk_pair)
    desk_pair.at(MONDAY + timedelta(days=10))
    desk_pair.xa.services.escalate_due_clocks()
    send()
    (mail,) = server.mails_for("una@amara.test")
    assert "1 x a hold waits beyond its time" in mail.get_content()


def test_a_server_that_is_away_gets_the_mail_later(desk_pair, tmp_path):
    with mail_server(tmp_path / "first") as server:
        port = server.port
    wants(desk_pair.xa, FOCAL_POINT)
    desk_pair.pair.hit()
    assert sender(desk_pair.xa, port)() == 0
    desk_pair.pair.draws.later(minutes=5)
    with mail_server(tmp_path / "second") as server:
        assert sender(desk_pair.xa, server.port)() == 1
        assert len(server.mails) == 1


def test_what_the_server_took_before_a_crash_goes_again_under_the_same_id(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT, address="twice@amara.test")
    desk_pair.pair.hit()
    send()
    desk_pair.pair.draws.later(minutes=5)
    send()
    first, second = server.mails_for("twice@amara.test")
    assert first["Message-ID"] == second["Message-ID"]


def test_an_address_that_is_refused_keeps_no_other_from_going(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT, address="refused@amara.test")
    wants(desk_pair.xa, PROTECTION_OFFICER)
    desk_pair.pair.hit()
    a_held_hit(desk_pair)
    assert send() == 1
    assert desk_pair.xa.leaves(AuditAct.MAIL_REFUSED) == [{"to": "mara"}]


def test_no_text_of_a_mail_is_kept_once_it_is_gone(desk_pair, server, send):
    wants(desk_pair.xa, FOCAL_POINT)
    desk_pair.pair.hit()
    send()
    assert [(row["subject"], row["body"], row["address"]) for row in desk_pair.xa.rows("mail")] == [("", "", "")]


def test_an_address_that_is_none_is_said_at_once(desk_pair):
    with pytest.raises(InvalidDraft):
        wants(desk_pair.xa, FOCAL_POINT, address="Mara <mara@amara.test>")


def test_a_mail_of_a_protected_hit_makes_no_other_wait(desk_pair, server, send):
    wants(desk_pair.xa, PROTECTION_OFFICER)
    a_held_hit(desk_pair)
    with pytest.raises(ConnectionError):
        crashing_before_it_sends(desk_pair.xa)()
    wants(desk_pair.xa, FOCAL_POINT)
    desk_pair.pair.hit()
    send()
    assert [mail["To"] for mail in server.mails] == ["mara@amara.test", "ines@amara.test"]


def crashing_before_it_sends(node):
    """A worker that dies once the mails are written."""

    def post(mail):
        raise ConnectionError

    return SendNotices(node.unit_of_work, node.draws, post, desk="Amara (XA)", desk_url=None)
