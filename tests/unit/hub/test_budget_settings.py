"""How much a member may ask for in a day is set at the hub, and at each operator for itself."""

from pathlib import Path

import pytest

from symbolon.hub import settings as hub
from symbolon.hub.operators.bootstrap import settings as operator
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome

HUB = {
    "SYMBOLON_FEDERATION": "exercise-tests",
    "SYMBOLON_DATABASE": "host=localhost dbname=hub",
    "SYMBOLON_BROKER": "redis://localhost",
    "SYMBOLON_HUB_URL": "https://hub.example:8443",
}
OPERATOR = {
    "SYMBOLON_FEDERATION": "exercise-tests",
    "SYMBOLON_DATABASE": "host=localhost dbname=operator",
    "SYMBOLON_NAME": "The university",
}


def test_hub_and_operators_begin_with_one_budget_of_tokens(tmp_path: Path) -> None:
    home = PartyHome(tmp_path)
    assert hub.load_settings(home, HUB).daily_tokens == operator.load_settings(home, OPERATOR).daily_tokens == 50_000


def test_each_may_be_set_otherwise(tmp_path: Path) -> None:
    home, given = PartyHome(tmp_path), {"SYMBOLON_DAILY_TOKENS": "1000000"}
    assert hub.load_settings(home, {**HUB, **given}).daily_tokens == 1_000_000
    settings = operator.load_settings(home, {**OPERATOR, **given, "SYMBOLON_DAILY_COMPARISONS": "9"})
    assert (settings.daily_tokens, settings.daily_comparisons) == (1_000_000, 9)


@pytest.mark.parametrize("none", ["0", "-1", "many"])
def test_no_budget_at_all_is_a_mistake(tmp_path: Path, none: str) -> None:
    home, given = PartyHome(tmp_path), {"SYMBOLON_DAILY_TOKENS": none}
    with pytest.raises(ConfigurationMistake, match="daily_tokens"):
        hub.load_settings(home, {**HUB, **given})
    with pytest.raises(ConfigurationMistake, match="daily_tokens"):
        operator.load_settings(home, {**OPERATOR, **given})
