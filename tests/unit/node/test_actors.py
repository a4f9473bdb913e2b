import pytest

from symbolon.node.domain.actors import Actor, Right, Role, parse_roles, role_conflict


def test_a_focal_point_handles_general_hits_and_no_protected_ones() -> None:
    actor = Actor("fp", frozenset({Role.FOCAL_POINT}))
    assert actor.permits_on_hit(Right.CAST_VOTE, protected=False)
    assert not actor.permits_on_hit(Right.CAST_VOTE, protected=True)


def test_a_protection_officer_handles_protected_hits_and_no_general_ones() -> None:
    actor = Actor("vpo", frozenset({Role.PROTECTION_OFFICER}))
    assert actor.permits_on_hit(Right.CAST_VOTE, protected=True)
    assert not actor.permits_on_hit(Right.VIEW_HITS, protected=False)


def test_rights_of_two_roles_do_not_mix_into_a_third() -> None:
    actor = Actor("both", frozenset({Role.INVESTIGATOR, Role.PROTECTION_OFFICER}))
    assert actor.permits_on_hit(Right.VIEW_HITS, protected=False)
    assert not actor.permits_on_hit(Right.CAST_VOTE, protected=False)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_those_who_run_or_audit_the_node_see_no_hit(role: Role) -> None:
    actor = Actor("someone", frozenset({role}))
    assert not any(actor.permits_on_hit(Right.VIEW_HITS, protected=protected) for protected in (True, False))


def test_an_unknown_role_name_gives_no_role() -> None:
    assert parse_roles(("operator", "auditor")) == {Role.AUDITOR}


@pytest.mark.parametrize("alone", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_those_who_run_or_audit_the_node_have_no_other_role(alone: Role) -> None:
    assert role_conflict([alone.value]) is None
    assert all(role_conflict([alone.value, other.value]) for other in Role if other is not alone)


def test_officers_may_have_several_roles() -> None:
    assert role_conflict(["focal_point", "protection_officer", "investigator", "authoriser"]) is None
