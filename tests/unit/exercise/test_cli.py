"""What the exercise refuses before it starts anything."""

from typer.testing import CliRunner

from symbolon.exercise.cli import app


def test_a_hub_that_compares_openly_cannot_be_kept_from_its_pairs() -> None:
    refused = CliRunner().invoke(app, ["run", "--open", "--opening", "receivers"])
    assert refused.exit_code == 2
    assert "sees every pair" in " ".join(refused.output.replace("│", " ").split())
