"""What a program does about hits: it sees what an officer of its roles sees, and acts as one."""

from tests.integration.node.api.conftest import ApiDesk

from symbolon.node.domain.actors import Role


def test_a_program_reads_the_inbox_and_a_hit_with_its_version(desk: ApiDesk) -> None:
    hit_id = desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    listed = program.get("/hits").json()
    assert [line["hit_id"] for line in listed["items"]] == [hit_id]
    assert listed["next"] is None
    shown = program.get(f"/hits/{hit_id}")
    assert shown.status_code == 200
    assert shown.json()["own_record"]["local_id"] == "A-1"
    assert shown.headers["ETag"].strip('"').isdigit()


def test_a_program_acknowledges_and_votes_and_the_other_side_learns_of_it(desk: ApiDesk) -> None:
    hit_id = desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    assert program.post(f"/hits/{hit_id}/acknowledge").status_code == 204
    voted = program.post(f"/hits/{hit_id}/votes", {"verdict": "SAME", "reason": "the same passport"})
    assert voted.status_code == 204
    (vote,) = program.get(f"/hits/{hit_id}").json()["own_votes"]
    assert (vote["verdict"], vote["voter"]) == ("SAME", "client:cases")


def test_an_act_about_a_hit_that_has_changed_is_refused(desk: ApiDesk) -> None:
    hit_id = desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    seen = program.get(f"/hits/{hit_id}").headers["ETag"]
    assert program.post(f"/hits/{hit_id}/acknowledge", headers={"If-Match": seen}).status_code == 204
    stale = program.post(f"/hits/{hit_id}/votes", {"verdict": "SAME"}, {"If-Match": seen})
    assert stale.status_code == 412
    assert stale.json()["type"] == "urn:symbolon:problem:precondition-failed"


def test_the_inbox_is_given_in_parts(desk: ApiDesk) -> None:
    first = desk.hit()
    ours = desk.node.publish("A-2,C-1,Malee Sukjai,1991-01-02,suspect,all,,")
    theirs = desk.pair.xb.publish("B-2,C-1,Malee Sukjai,1991-01-02,suspect,all,,")
    second = desk.pair.hub.match(("XA", ours), ("XB", theirs))
    desk.pair.exchange()
    program = desk.program("cases", Role.FOCAL_POINT)
    begun = program.get("/hits?limit=1&show=all")
    went_on = program.http.get(begun.links["next"]["url"], headers={"Authorization": f"Bearer {program.token}"}).json()
    seen = [line["hit_id"] for line in (*begun.json()["items"], *went_on["items"])]
    assert sorted(seen) == sorted([first, second])
    assert went_on["next"] is None
