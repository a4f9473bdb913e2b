"""Membership and epochs in the shape of the federation page's tables. Pure."""

from dataclasses import dataclass
from datetime import date

from symbolon.hub.domain.epochs import MemberProgress, agreed_check_value
from symbolon.hub.domain.members import Standing
from symbolon.hub.domain.status import EpochStatus, HubStatus, MemberStatus
from symbolon.protocol.federation import ExpiryNotice
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class End:
    """The last day of a member's keys or certificate, and how near it is."""

    on: date
    notice: ExpiryNotice


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member."""

    member: MemberStatus
    keys: End
    certificate: End


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """How far one member is with one epoch."""

    progress: MemberProgress
    key: str
    """Whether it holds the key, and the same as the others."""
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class EpochBlock:
    """One epoch with its members."""

    epoch: EpochStatus
    lines: tuple[ProgressLine, ...]
    encoded: int
    live: int


@dataclass(frozen=True, slots=True)
class FederationPage:
    """All of the page; members by the nearest end of their keys or certificate, those that are gone last."""

    members: tuple[MemberLine, ...]
    epochs: tuple[EpochBlock, ...]
    names: dict[MemberCode, str]
    own_certificate: End | None
    """The hub's own."""


def arrange_federation(status: HubStatus) -> FederationPage:
    """Lay membership and epochs out."""
    today = status.at.date()
    lines = [
        MemberLine(
            member,
            End(member.keys_expire_on, member.keys_notice(today)),
            End(member.certificate_expires_on, member.certificate_notice(today)),
        )
        for member in status.members
    ]
    lines.sort(key=lambda line: (line.member.standing is Standing.EXPELLED, min(line.keys.on, line.certificate.on)))
    return FederationPage(
        members=tuple(lines),
        epochs=tuple(_block(epoch, status) for epoch in status.epochs),
        own_certificate=None
        if status.certificate_expires_on is None
        else End(status.certificate_expires_on, status.certificate_notice),
        names={member.code: member.name for member in status.members},
    )


def _block(epoch: EpochStatus, status: HubStatus) -> EpochBlock:
    progress = [each for each in status.progress if each.epoch == epoch.epoch]
    agreed = agreed_check_value(progress)
    return EpochBlock(
        epoch,
        tuple(_line(each, agreed) for each in progress),
        encoded=sum(each.encoded for each in progress),
        live=sum(each.live for each in progress),
    )


def _line(progress: MemberProgress, agreed: bytes | None) -> ProgressLine:
    if not progress.holds_key or progress.told is None:
        return ProgressLine(progress, "does not hold it yet", is_wrong=False)
    if progress.told.key_check_value == agreed:
        return ProgressLine(progress, "holds it", is_wrong=False)
    return ProgressLine(progress, "holds another one than most", is_wrong=True)
