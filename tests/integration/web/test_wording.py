"""The words of the pages: one for each code, so that no new code ever shows up bare."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from symbolon.node.domain.drafts import DraftAction, DraftState
from symbolon.node.domain.messages import MESSAGE_TYPES
from symbolon.node.web import exchange_wording as terms
from symbolon.node.web import wording
from symbolon.node.web.message_rows import LABELS, UNSHOWN
from symbolon.node.web.queue import time_class, time_left
from symbolon.protocol.exchange_terms import (
    CaseOutcome,
    Caveat,
    FormalChannel,
    MeetingStatus,
    PurgedPlace,
    PurgeReason,
    RecallReason,
    RefusalGround,
    ReplyExtent,
    RequestRuling,
    Tlp,
    Usefulness,
)
from symbolon.protocol.handling import (
    Agreement,
    Band,
    Channel,
    HandlingCode,
    IdentifierKind,
    InformationAccuracy,
    IntendedUse,
    OffenceGroup,
    RecordKind,
    SourceReliability,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.lifecycle import Event, HitAction, JointState, SideState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.problems import Problem
from symbolon.runtime.pages import span_text
from symbolon.runtime.problem_responses import HTTP_STATUS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (wording.JOINT_STATES, JointState),
        (wording.JOINT_STATE_SENTENCES, JointState),
        (wording.OWN_SIDE, SideState),
        (wording.BANDS, Band),
        (wording.BAND_SENTENCES, Band),
        (wording.KINDS, IdentifierKind),
        (wording.AGREEMENTS, Agreement),
        (wording.AGREEMENT_SIGNS, Agreement),
        (wording.RECORD_KINDS, RecordKind),
        (wording.CATEGORIES, SubjectCategory),
        (wording.OFFENCES, OffenceGroup),
        (wording.URGENCIES, Urgency),
        (wording.VERDICTS, Verdict),
        (wording.CHANNELS, Channel),
        (wording.USES, IntendedUse),
        (wording.HANDLING_CODES, HandlingCode),
        (wording.RELIABILITIES, SourceReliability),
        (wording.ACCURACIES, InformationAccuracy),
        (wording.NEXT_STEPS, HitAction),
        (terms.TLP, Tlp),
        (terms.CAVEATS, Caveat),
        (terms.GROUNDS, RefusalGround),
        (terms.RULINGS, RequestRuling),
        (terms.EXTENTS, ReplyExtent),
        (terms.FORMAL_CHANNELS, FormalChannel),
        (terms.USEFULNESS, Usefulness),
        (terms.OUTCOMES, CaseOutcome),
        (terms.RECALL_REASONS, RecallReason),
        (terms.PURGE_REASONS, PurgeReason),
        (terms.PURGED_PLACES, PurgedPlace),
        (terms.MEETING_STATUSES, MeetingStatus),
        (terms.CLOCKS, ClockName),
        (terms.EVENTS, Event),
        (terms.DRAFT_STATES, DraftState),
        (terms.DRAFT_ACTIONS, DraftAction),
        (terms.SAID, MESSAGE_TYPES),
        (HTTP_STATUS, Problem),
    ],
)
def test_every_code_has_its_word(words, codes):
    assert set(words) == set(codes)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "under 1 min"), (59, "59 min"), (60, "1 h"), (61, "1 h 1 min"), (1440, "1 d"), (4509, "3 d 3 h")],
)
def test_a_span_is_said_in_its_two_largest_units(minutes, said):
    assert span_text(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("minutes", "said", "style"),
    [(None, "–", ""), (300, "5 h", ""), (60, "1 h", "soon"), (0, "under 1 min", "soon"), (-5, "5 min over", "overdue")],
)
def test_the_time_left_says_how_pressing_it_is(minutes, said, style):
    due_at = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert (time_left(due_at, NOW), time_class(due_at, NOW)) == (said, style)


@pytest.mark.parametrize("message", MESSAGE_TYPES.values())
def test_every_field_of_every_message_is_shown_by_its_name_or_known_to_say_nothing(message):
    assert {each.name for each in fields(message)} <= set(LABELS) | UNSHOWN
