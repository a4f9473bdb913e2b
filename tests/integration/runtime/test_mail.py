"""Mail over SMTP to a server process."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.simulators.mail_server import mail_server

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.mail import (
    Mail,
    MailRefused,
    MailSecurity,
    MailSettings,
    MailUnavailable,
    SmtpPost,
    read_mail_settings,
)
from symbolon.runtime.settings import SettingsReader

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def server(tmp_path):
    with mail_server(tmp_path / "mails") as server:
        yield server


def settings_of(port, **changes):
    values = {"login": None, "password": None, **changes}
    return MailSettings("127.0.0.1", port, MailSecurity.NONE, sender="desk@amara.test", authority_file=None, **values)


def a_mail(recipient="mara@amara.test"):
    return Mail("0001", recipient, "Two hits wait", "Two hits wait: https://desk.amara.test/inbox\n", NOW)


def read(**table):
    return read_mail_settings(SettingsReader(table, {}, "node.toml"))


def test_a_mail_arrives_with_an_id_of_its_own_and_as_a_programs(server):
    SmtpPost(settings_of(server.port))(a_mail())
    (mail,) = server.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == ("desk@amara.test", "mara@amara.test", "Two hits wait")
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<0001@amara.test>", "auto-generated")
    assert mail.get_content().strip() == "Two hits wait: https://desk.amara.test/inbox"


def test_an_address_that_the_server_refuses_is_refused_for_good(server):
    with pytest.raises(MailRefused):
        SmtpPost(settings_of(server.port))(a_mail("refused@amara.test"))


def test_a_server_that_takes_nothing_now_is_tried_later(server):
    with pytest.raises(MailUnavailable):
        SmtpPost(settings_of(server.port))(a_mail("later@amara.test"))


def test_a_connection_that_breaks_after_the_text_is_tried_later(server):
    with pytest.raises(MailUnavailable):
        SmtpPost(settings_of(server.port))(a_mail("twice@amara.test"))
    assert len(server.mails) == 1


def test_a_server_that_is_away_is_tried_later():
    with pytest.raises(MailUnavailable):
        SmtpPost(settings_of(1))(a_mail())


def test_a_login_is_given_where_one_is_set(server):
    SmtpPost(settings_of(server.port, login="desk", password="right"))(a_mail())
    assert len(server.mails) == 1


def test_a_wrong_password_is_the_settings_mistake_and_no_mails(server):
    with pytest.raises(MailUnavailable):
        SmtpPost(settings_of(server.port, login="desk", password="wrong"))(a_mail())


def test_a_server_without_tls_is_refused_where_tls_is_wanted(server):
    wanted = MailSettings("127.0.0.1", server.port, MailSecurity.STARTTLS, None, None, "desk@amara.test", None)
    with pytest.raises(MailUnavailable):
        SmtpPost(wanted)(a_mail())
    assert server.mails == []


def test_no_server_is_no_mistake():
    assert read() is None


def test_settings_are_read_with_the_usual_ports():
    assert read(smtp_host="mail.test", smtp_from="desk@amara.test").port == 587
    assert read(smtp_host="mail.test", smtp_from="desk@amara.test", smtp_security="tls").port == 465


def test_the_password_comes_from_a_file(tmp_path: Path):
    file = tmp_path / "password"
    file.write_text("right\n")
    found = read(smtp_host="mail.test", smtp_from="a@b.test", smtp_login="desk", smtp_password_file=str(file))
    assert found.password == "right"
    assert "right" not in repr(found)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"smtp_security": "none"}, "smtp_security"),
        ({"smtp_security": "ssl"}, "smtp_security"),
        ({"smtp_login": "desk"}, "smtp_password_file"),
        ({"smtp_from": "Desk <desk@amara.test>"}, "smtp_from"),
    ],
)
def test_a_mistake_in_the_settings_is_named(table, named):
    with pytest.raises(ConfigurationMistake, match=named):
        read(**{"smtp_host": "mail.test", "smtp_from": "desk@amara.test", **table})


def test_a_server_on_this_machine_may_do_without_tls():
    assert read(smtp_host="127.0.0.1", smtp_security="none", smtp_from="desk@amara.test").port == 587
