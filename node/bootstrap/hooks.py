"""What follows from steps, from messages that were received, and from refusals: one table for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symbolon.node.ports.outside import Draws
from symbolon.node.services.close_recalled import CloseRecalled
from symbolon.node.services.deliver_outbox import AfterRefusal
from symbolon.node.services.follow_steps import AfterStep
from symbolon.node.services.judge_pairs import RememberJudged
from symbolon.node.services.receive_manifest import NoteManifest
from symbolon.node.services.receive_message import AfterReceipt
from symbolon.node.services.receive_purge import NotePurgeReceipt, NotePurgeRequest
from symbolon.node.services.return_draft import ReturnRefusedDraft
from symbolon.node.services.send_step import TakeOwnStep
from symbolon.node.services.take_back import TakeBackInDoubt
from symbolon.node.services.tell_officers import TellChange
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import Purpose


@dataclass(frozen=True, slots=True)
class Hooks:
    """Each runs in the transaction of what it follows from, in the order of its row."""

    after_step: Mapping[Event, Sequence[AfterStep]]
    after_receipt: Mapping[Purpose, Sequence[AfterReceipt]]
    after_refusal: Sequence[AfterRefusal]


def build_hooks(draws: Draws) -> Hooks:
    """Wire what follows from what."""
    return Hooks(
        after_step=_all_telling(
            TellChange(draws),
            {
                Event.NOT_SAME: (RememberJudged(draws),),
            },
        ),
        after_receipt={
            Purpose.PURGE_REQUEST: (NotePurgeRequest(draws),),
            Purpose.PURGE_RECEIPT: (NotePurgeReceipt(draws), CloseRecalled(TakeOwnStep(draws))),
            Purpose.ATTACHMENT_MANIFEST: (NoteManifest(draws),),
        },
        after_refusal=(TakeBackInDoubt(), ReturnRefusedDraft()),
    )


def _all_telling(tell: AfterStep, rows: Mapping[Event, Sequence[AfterStep]]) -> Mapping[Event, Sequence[AfterStep]]:
    """Officers are told of every step, after what else follows from it."""
    return {event: (*rows.get(event, ()), tell) for event in Event}
