"""The guide's examples, run as they stand."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.node.api.conftest import ApiDesk
from tests.integration.node.conftest import FOCAL_POINT

from symbolon.node.domain.actors import Role
from symbolon.node.domain.webhooks import signature
from symbolon.protocol.handling import Verdict

GUIDE = Path(__file__).parents[4] / "docs" / "guides" / "api.md"
EXAMPLES = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are for curl")
def test_the_guides_examples_do_what_they_say(desk: ApiDesk, tmp_path: Path) -> None:
    hit_id = desk.hit()
    program = desk.program("case-system", Role.FOCAL_POINT)
    environment = {
        "PATH": os.environ["PATH"],
        "BASE": f"{desk.http.base_url}/api/v1".replace("//api", "/api"),
        "TOKEN": program.token,
        "HIT": hit_id,
        "CURL": "curl --silent --show-error --insecure --fail-with-body --noproxy *",
    }
    reading, acting, drafting, cases = EXAMPLES

    def run(example: str) -> str:
        done = subprocess.run(
            ["sh", "-efc", example], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert hit_id in run(reading)
    run(acting)
    (vote,) = program.get(f"/hits/{hit_id}").json()["own_votes"]
    assert vote["verdict"] == "SAME"
    desk.pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "the same")
    desk.pair.exchange()
    assert '"client:case-system"' in run(drafting)
    assert "nothing-new" in run(cases)


def test_the_guides_receiver_takes_what_was_signed_just_now_and_nothing_else() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - our own guide
    is_ours = names["is_ours"]
    assert callable(is_ours)
    now = datetime.now(UTC)
    assert is_ours("secret", signature("secret", now, b"{}"), b"{}")
    assert not is_ours("secret", signature("other", now, b"{}"), b"{}")
    assert not is_ours("secret", signature("secret", now - timedelta(minutes=6), b"{}"), b"{}")
