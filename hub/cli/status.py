"""`symbolon hub status`: the hub at a glance."""

import json
from collections.abc import Iterator
from datetime import datetime

import typer

from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.cli.app import app
from symbolon.hub.cli.epochs import epochs_as_json
from symbolon.hub.cli.outlooks import HomeOption, JsonOption
from symbolon.hub.domain.status import HubStatus
from symbolon.protocol.federation import ExpiryNotice
from symbolon.runtime.home import PartyHome


@app.command()
def status(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show members, records, queues, hits and workers in numbers."""
    found = open_hub(PartyHome(home), "command").show_status()()
    if as_json:
        typer.echo(json.dumps(_as_json(found)))
        return
    typer.echo(_directory(found))
    for member in found.members:
        live = sum(count.live for count in found.records if count.member == member.code)
        typer.echo(
            f"{member.code}  {member.standing.value}  last seen {_moment(member.last_seen) or 'never'}  "
            f"{live} records  {member.undelivered} undelivered"
        )
    for warning in _warnings(found):
        typer.echo(warning)
    for line in _operators(found):
        typer.echo(line)
    typer.echo(f"{found.pending_comparisons} comparisons waiting")
    for state in found.hits_by_state:
        typer.echo(f"{state.hits} hits {state.state.value}")
    for each in found.workers:
        typer.echo(
            f"worker {each.worker_id}  last seen {_moment(each.last_seen)}  {each.changes_behind} changes behind"
        )


def _operators(found: HubStatus) -> Iterator[str]:
    for each in found.blind.operators:
        how = "" if each.away_since is None else f"  since {_moment(each.away_since)}: {each.trouble}"
        if each.unreadable:
            how += f"  {each.unreadable} records that it could not read are not compared"
        if each.receipts_refused:
            how += f"  {each.receipts_refused} receipts of erasure that are none"
        yield (
            f"operator {each.place}  {each.name}  last seen {_moment(each.seen_at) or 'never'}  "
            f"{each.records} records  {each.changes_behind} changes behind{how}"
        )
    if found.blind.operators:
        canaries = found.blind.canaries
        checked = (
            "checked by the members towards whom they open"
            if found.blind.members_check
            else f"{canaries.answers} known answers right in 30 days, last {_moment(canaries.checked_at) or 'never'}"
        )
        yield f"canaries: {canaries.held}; {checked}"
        for spent in found.blind.tokens_today:
            yield f"{spent.member}: {spent.tokens} of {found.blind.daily_tokens} tokens evaluated today"
    for wrong in found.blind.no_bits:
        yield f"{wrong.member}: {wrong.records} records are no bits, and compared with nothing: ask this member"
    if found.blind.stopped_since is not None:
        yield (
            f"comparison is stopped since {_moment(found.blind.stopped_since)}: the operators did not agree, "
            f"{found.blind.stopped_because or 'see the audit log'}; "
            "`symbolon hub resume` lets it go on"
        )


def _directory(found: HubStatus) -> str:
    directory = found.directory
    in_effect = "the federation is not founded yet" if directory.version is None else f"version {directory.version}"
    if directory.proposed is None:
        return f"directory: {in_effect}"
    return (
        f"directory: {in_effect}; version {directory.proposed} is proposed, "
        f"{len(directory.signed_by)} of {directory.quorum} signatures"
    )


def _warnings(found: HubStatus) -> Iterator[str]:
    today = found.at.date()
    if found.certificate_notice is ExpiryNotice.EXPIRED:
        yield f"hub: its certificate expired on {found.certificate_expires_on}; `symbolon hub certificate renew`"
    elif found.certificate_notice is not ExpiryNotice.NONE:
        yield f"hub: its certificate expires on {found.certificate_expires_on}; `symbolon hub certificate renew`"
    for member in found.members:
        for what, ends, notice in (
            ("keys", member.keys_expire_on, member.keys_notice(today)),
            ("certificate", member.certificate_expires_on, member.certificate_notice(today)),
        ):
            if notice is ExpiryNotice.EXPIRED:
                yield f"{member.code}: its {what} expired on {ends}; it must rotate its keys"
            elif notice is not ExpiryNotice.NONE:
                yield f"{member.code}: its {what} expires on {ends}; ask it to rotate its keys"


def _as_json(found: HubStatus) -> dict[str, object]:
    return {
        "at": _moment(found.at),
        "certificate_expires_on": None
        if found.certificate_expires_on is None
        else found.certificate_expires_on.isoformat(),
        "certificate_notice": found.certificate_notice.value,
        "operators": [
            {
                "place": each.place,
                "name": each.name,
                "number": each.number,
                "changes_behind": each.changes_behind,
                "records": each.records,
                "last_seen": _moment(each.seen_at),
                "away_since": _moment(each.away_since),
                "trouble": each.trouble,
                "unreadable": each.unreadable,
                "receipts_refused": each.receipts_refused,
            }
            for each in found.blind.operators
        ],
        "no_bits": {each.member: each.records for each in found.blind.no_bits},
        "daily_tokens": found.blind.daily_tokens,
        "tokens_today": {each.member: each.tokens for each in found.blind.tokens_today},
        "comparison_stopped_since": _moment(found.blind.stopped_since),
        "comparison_stopped_because": found.blind.stopped_because,
        "canaries": {
            "held": found.blind.canaries.held,
            "known_answers": found.blind.canaries.answers,
            "checked_at": _moment(found.blind.canaries.checked_at),
        },
        "members": [
            {
                "code": member.code,
                "name": member.name,
                "standing": member.standing.value,
                "keys_expire_on": member.keys_expire_on.isoformat(),
                "certificate_expires_on": member.certificate_expires_on.isoformat(),
                "last_seen": _moment(member.last_seen),
                "undelivered": member.undelivered,
            }
            for member in found.members
        ],
        "directory": {
            "version": found.directory.version,
            "proposed": found.directory.proposed,
            "signed_by": found.directory.signed_by,
            "quorum": found.directory.quorum,
        },
        **epochs_as_json(found),
        "records": [{"member": count.member, "kind": count.kind.value, "live": count.live} for count in found.records],
        "pending_comparisons": found.pending_comparisons,
        "hits_by_day": {count.day.isoformat(): count.hits for count in found.hits_by_day},
        "hits_by_state": {count.state.value: count.hits for count in found.hits_by_state},
        "workers": [
            {
                "worker_id": each.worker_id,
                "last_seen": _moment(each.last_seen),
                "changes_behind": each.changes_behind,
            }
            for each in found.workers
        ],
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
