"""Operators are added before a federation is founded; how it compares is fixed with the founding."""

import secrets
from dataclasses import replace
from typing import Any

import pytest
from tests.simulators.hub_members import FEDERATION, SimulatedMember

from symbolon.hub.bootstrap.commands import add_operator
from symbolon.hub.errors import CertificateRefused, EnrolmentRefused, NotPossible
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.messages import Comparing
from symbolon.protocol.messages_comparison import OperatorRequest, operator_request_fingerprint
from symbolon.protocol.oprf_sharing import Line
from symbolon.protocol.references import MemberCode
from symbolon.protocol.ristretto import scalar_of
from symbolon.runtime import certificates


def request_of(place: int, **changed: Any) -> OperatorRequest:
    key = certificates.new_private_key()
    line = Line(scalar_of(secrets.token_bytes(64)), scalar_of(secrets.token_bytes(64)))
    request = OperatorRequest(
        place=place,
        name=f"Body {place}",
        federation=FEDERATION,
        exercise=True,
        signing_key=SigningKey.generate(secrets.token_bytes(32)).public.to_bytes(),
        sealing_key=HybridSealingKey.generate(secrets.token_bytes(32)).public.to_bytes(),
        agreement_key=SealingKey.generate(secrets.token_bytes(32)).public.to_bytes(),
        token_commitment=line.commitment,
        csr_pem=certificates.new_signing_request(key, f"operator-{place}").decode(),
    )
    return replace(request, **changed)


def test_a_federation_that_compares_openly_takes_no_operator(bench: Any) -> None:
    with pytest.raises(NotPossible, match="since its founding"):
        add_operator(bench.hub)(request_of(0), "localhost", 8450, None)


def test_members_are_enrolled_when_all_three_operators_are_added(founding: Any) -> None:
    member = SimulatedMember(MemberCode("XA"))
    enrol = founding.hub.enrol_member()
    for place in (0, 1):
        add_operator(founding.hub)(request_of(place), "localhost", 8450 + place, None)
        with pytest.raises(EnrolmentRefused, match="add all three operators"):
            enrol(member.enrolment_request(), None)
    welcomes, outlook = add_operator(founding.hub)(request_of(2), "localhost", 8452, None)
    assert outlook is None
    assert [len(welcome.operators) for welcome in welcomes] == [3, 3, 3]
    enrol(member.enrolment_request(), None)
    assert founding.proposal().comparison.mode is Comparing.BLIND


def test_the_founding_that_is_proposed_lists_operators_that_are_added_later(founding: Any) -> None:
    founding.hub.enrol_member()(SimulatedMember(MemberCode("XA")).enrolment_request(), None)
    for place in range(3):
        _welcomes, outlook = add_operator(founding.hub)(request_of(place), "localhost", 8450 + place, None)
    assert outlook is not None
    assert founding.proposal().comparison.mode is Comparing.BLIND


def test_a_card_changes_with_new_keys_and_keeps_the_commitment_to_the_token_key(founding: Any) -> None:
    first = request_of(0)
    [before], _outlook = add_operator(founding.hub)(first, "localhost", 8450, None)
    [again], _outlook = add_operator(founding.hub)(first, "localhost", 8460, None)
    assert again.certificate_pem == before.certificate_pem
    assert again.operators[0].port == 8460
    [elsewhere], _outlook = add_operator(founding.hub)(first, "operator0.example", 8460, None)
    assert elsewhere.certificate_pem != before.certificate_pem
    [after], _outlook = add_operator(founding.hub)(request_of(0), "operator0.example", 8460, None)
    assert after.operators[0].card.signing_key != first.signing_key
    assert after.operators[0].card.token_commitment == first.token_commitment


def test_a_request_of_another_federation_or_fingerprint_or_name_is_refused(founding: Any) -> None:
    add = add_operator(founding.hub)
    with pytest.raises(EnrolmentRefused, match="another federation"):
        add(request_of(0, federation="another"), "localhost", 8450, None)
    with pytest.raises(EnrolmentRefused, match="or for an exercise"):
        add(request_of(0, exercise=False), "localhost", 8450, None)
    good, other = request_of(0), request_of(1)
    with pytest.raises(EnrolmentRefused, match="fingerprint"):
        add(good, "localhost", 8450, operator_request_fingerprint(other))
    with pytest.raises(CertificateRefused):
        add(replace(good, csr_pem=other.csr_pem), "localhost", 8450, None)
    welcomes, _outlook = add(good, "localhost", 8450, operator_request_fingerprint(good).upper())
    assert certificates.hosts_of(welcomes[0].certificate_pem.encode()) == ("localhost",)
