"""What the pages and commands about desks, clocks, agreements and notices call: one field of `DeskServices`."""

from dataclasses import dataclass

from symbolon.node.services.agree_pair import AgreePair
from symbolon.node.services.answer_ping import AnswerPing
from symbolon.node.services.edit_focal_points import EditFocalPoints, PublishFocalPoints
from symbolon.node.services.follow_record import FollowRecord
from symbolon.node.services.list_escalations import ListEscalations
from symbolon.node.services.set_notices import SetNotices
from symbolon.node.services.show_focal_points import ShowFocalPoints, WhoToCall


@dataclass(frozen=True, slots=True)
class WatchServices:
    """Each field is a service; `symbolon.node.errors.NodeError` says what is wrong."""

    show_focal_points: ShowFocalPoints
    who_to_call: WhoToCall
    edit_focal_points: EditFocalPoints
    publish_focal_points: PublishFocalPoints
    answer_ping: AnswerPing
    list_escalations: ListEscalations
    follow_record: FollowRecord
    notices: SetNotices
    agree_pair: AgreePair
