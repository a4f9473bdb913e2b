"""A refresh, from generation g to g + 1: each adds a slope that all three drew together to every share that it has.

All three stand still at the same change, and contribute 32 bytes each to one seed. From its own contribution on, an
operator takes no feed. When it has all three it tells a check of the seed, and never takes another contribution: so
whoever agreed, since both others told the same check, finds them both at that seed for good. It goes on telling the
check afterwards: whoever was late demands it. Contributions and the keys of pairs are erased then.

Where the checks differ, one of the three told the others different things: nobody's shares are refreshed, the log says
so, and people give it up (`symbolon hub operator resume`) when they have talked.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

from symbolon.hub.operators.services.among_operators import NEED_PARTS, Circle
from symbolon.hub.operators.services.held_rows import fill
from symbolon.hub.operators.storage.secrets import TokenShare
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.blind.expansion import SEED_BYTES, Use, derive_key, expand, joint_seed
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import refreshed
from symbolon.protocol import oprf_sharing
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_peers import Contribution, Doing, PeerStanding
from symbolon.protocol.oprf_sharing import moved_share
from symbolon.protocol.references import HUB
from symbolon.protocol.ristretto import DRAWN_BYTES, base_times, plus, scalar_of
from symbolon.runtime.logs import get_logger

_WORD_BYTES: Final = 2


class RefreshShares:
    """One operator's part in refreshes."""

    def __init__(self, circle: Circle, change: Callable[[Standing], None], announce: Callable[[], None]) -> None:
        """`change`: notes what this operator is at, and lets feeds and jobs know; `announce`: tells the others."""
        self._circle = circle
        self._change = change
        self._announce = announce
        self._warned = False

    def holds_still(self, standing: Standing, number: int) -> bool:
        """Whether no feed may come between: this operator contributed, and nobody went on meanwhile."""
        if standing.doing is not Doing.REFRESHING:
            return False
        if standing.agreed:
            return True
        found = self._circle.secrets.contributions(standing.generation + 1, number)
        if len(found) == len(oprf_sharing.HOLDERS):
            return True
        # Without all contributions no check was told, so that nobody can have agreed.
        return self._circle.operator.place in found and not any(
            each.doing is Doing.REFRESHING and each.generation == standing.generation and each.number != number
            for each in self._circle.heard.values()
        )

    def check(self, standing: Standing, number: int) -> bytes | None:
        """What is told of the seed: of the one that all contributions give, or that led to where this operator is."""
        if standing.doing is Doing.WORKING:
            return self._circle.secrets.applied_check(standing.generation) if standing.generation else None
        if standing.doing is not Doing.REFRESHING or not self._is_frozen(number):
            return None
        seed = self._seed(standing.generation + 1, number)
        return None if seed is None else _check_of(seed)

    def step(self, standing: Standing, number: int) -> None:
        """Do what comes next."""
        if standing.agreed:
            self._apply(standing, number)
            return
        circle, following = self._circle, standing.generation + 1
        heard, lost = circle.others_heard, circle.someone_lost_shares
        seed = self._seed(following, number)
        given_up = any(
            each is not None and each.doing is Doing.WORKING and each.generation == standing.generation
            for each in heard
        )
        if lost and (seed is None or given_up):
            # Before all three have all that it takes, nobody's shares are refreshed.
            circle.secrets.forget_contributions()
            self._change(replace(standing, doing=Doing.WORKING))
            return
        if circle.both_are_beyond(standing.generation) and not self._is_theirs(seed, following):
            get_logger().error("the others finished a refresh that this operator has no part in: it needs a restore")
            self._change(replace(standing, doing=Doing.LOST))
            return
        ready = lost or all(_is_ready(each, standing.generation, number) for each in heard)
        if not ready or circle.secrets.has_line() or not self._freeze(number):
            return
        self._contribute(following, number)
        if seed is None or not self._all_agree(following, _check_of(seed)):
            self._warn_where_checks_differ(seed)
            return
        agreed = replace(standing, agreed=True)
        self._change(agreed)
        self._announce()
        self._apply(agreed, number)

    def take(self, sender: int, message: Contribution) -> None:
        """Take what another contributes, until all three are here: what a check was told of is never replaced."""
        standing, number = self._circle.standing()
        expected = (standing.generation + 1, number)
        if standing.doing is not Doing.REFRESHING or standing.agreed:
            return
        found = self._circle.secrets.contributions(*expected)
        is_open = len(found) < len(oprf_sharing.HOLDERS) and found.get(sender) != message.contribution
        if is_open and (message.generation, message.number) == expected:
            self._circle.secrets.keep_contribution(*expected, sender, message.contribution)

    def clean_up(self, generation: int) -> None:
        """Erase what is not to be found beside shares of this generation."""
        self._circle.secrets.forget_contributions()
        self._circle.secrets.forget_before(generation)

    def _contribute(self, following: int, number: int) -> None:
        circle = self._circle
        mine = circle.secrets.contributions(following, number).get(circle.operator.place)
        if mine is None:
            mine = circle.random_bytes(SEED_BYTES)
            circle.secrets.keep_contribution(following, number, circle.operator.place, mine)
        for other in circle.operator.others:
            circle.tell(other, Contribution(following, number, mine))

    def _freeze(self, number: int) -> bool:
        """Let no feed go beyond this change; False where one did already."""
        with self._circle.rows.changing() as held, self._circle.store.work() as work:
            held.limit, held.contributed = number, True
            return work.progress() == number

    def _is_frozen(self, number: int) -> bool:
        with self._circle.rows.reading() as held:
            return held.contributed and held.number == number

    def _seed(self, generation: int, number: int) -> bytes | None:
        found = self._circle.secrets.contributions(generation, number)
        if len(found) < len(oprf_sharing.HOLDERS):
            return None
        first, second, third = (found[place] for place in oprf_sharing.HOLDERS)
        return joint_seed((first, second, third))

    def _is_theirs(self, seed: bytes | None, following: int) -> bool:
        """Whether one at least of the others went on by this seed."""
        return seed is not None and any(
            each is not None and (each.generation, each.check) == (following, _check_of(seed))
            for each in self._circle.others_heard
        )

    def _all_agree(self, following: int, check: bytes) -> bool:
        heard = self._circle.others_heard
        has_shares = any(each is not None and each.doing not in NEED_PARTS for each in heard)
        return has_shares and all(_agrees(each, following, check) for each in heard)

    def _warn_where_checks_differ(self, seed: bytes | None) -> None:
        told = [each.check for each in self._circle.heard.values() if each.doing is Doing.REFRESHING]
        if seed is not None and any(check not in {None, _check_of(seed)} for check in told) and not self._warned:
            self._warned = True
            get_logger().error("the operators were told different contributions to the refresh: telephone the others")

    def _apply(self, standing: Standing, number: int) -> None:
        circle, following = self._circle, standing.generation + 1
        seed = self._seed(following, number)
        if seed is None:
            get_logger().error("the contributions to a refresh that was agreed are gone: this operator needs a restore")
            self._change(replace(standing, doing=Doing.LOST, agreed=False))
            return
        token = circle.secrets.token_share(standing.generation)
        if token is not None:
            slope = scalar_of(expand(seed, Use.REFRESH, b"token", DRAWN_BYTES))
            moved = plus(token.moved, base_times(slope))
            share = moved_share(circle.operator.place, token.share, slope)
            circle.secrets.keep_token_share(following, TokenShare(share, moved))
        records = 0
        while count := self._refresh_some(seed, following):
            records += count
        # Whoever is late asks for it, and finds no contributions here.
        circle.secrets.keep_applied_check(following, _check_of(seed))
        with circle.rows.changing() as held, circle.store.work() as work:
            work.standings.note(Standing(following, Doing.WORKING))
            work.audit(AuditAct.SHARES_REFRESHED, HUB, {"generation": following, "records": records})
            fill(work, held, number)
            held.doing, held.contributed, held.keys_agreed = Doing.WORKING, False, False
            circle.operator.pair_keys.forget()
        self._warned = False
        self.clean_up(following)

    def _refresh_some(self, seed: bytes, generation: int) -> int:
        place = self._circle.operator.place
        with self._circle.store.work() as work:
            records = work.shares_before(generation)
            fresh = {}
            for record in records:
                size = len(record.bundle)
                slope = expand(seed, Use.REFRESH, str(record.handle).encode(), size)
                fresh[record.handle] = refreshed(row_of(size), place, record.bundle, slope)
            work.put_refreshed(fresh, generation)
        return len(records)


@cache
def row_of(size: int) -> RowOfElements:
    """A whole bundle as one row: its vectors' elements lie one after another."""
    return RowOfElements(RING_16, size // _WORD_BYTES)


def _check_of(seed: bytes) -> bytes:
    return derive_key(seed, Use.JOINT_SEED, b"check")


def _is_ready(peer: PeerStanding | None, generation: int, number: int) -> bool:
    if peer is None:
        return False
    at_it = peer.doing is Doing.REFRESHING and (peer.generation, peer.number) == (generation, number)
    return at_it or peer.generation == generation + 1


def _agrees(peer: PeerStanding | None, generation: int, check: bytes) -> bool:
    """Whether another operator is at this seed, or beyond it, or has no shares that it could refresh by another."""
    if peer is None:
        return False
    if peer.doing in NEED_PARTS:
        return True
    at_it = peer.doing is Doing.REFRESHING and peer.generation == generation - 1
    return peer.check == check and (at_it or peer.generation == generation)
