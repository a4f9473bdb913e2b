"""The forms that the commands print are those that they read."""

import json

import pytest
from typer.testing import CliRunner

from symbolon.node.cli import app
from symbolon.node.domain.forms import InformationForm, ReplyForm, RequestForm
from symbolon.protocol.codec import from_wire


@pytest.mark.parametrize(
    ("kind", "form"), [("request", RequestForm), ("reply", ReplyForm), ("information", InformationForm)]
)
def test_a_blank_form_is_read_back_as_it_is(kind: str, form: type) -> None:
    printed = CliRunner().invoke(app, ["blank-form", kind])
    assert printed.exit_code == 0
    assert from_wire(form, json.loads(printed.stdout)) == form()


def test_a_form_that_there_is_not_is_said_so() -> None:
    assert CliRunner().invoke(app, ["blank-form", "apology"]).exit_code == 2
