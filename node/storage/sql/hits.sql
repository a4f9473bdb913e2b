-- Hits and votes.

-- name: add_hit
-- A hit that an alert brought; no row when it is known.
insert into hit (
    hit_id, own_code, own_reference, counterpart, counterpart_reference, joint_state, ledger, side_state, band,
    agreement, counterpart_offence_group, counterpart_record_kind, urgency, protected, non_punishment, minor, exercise,
    schema_id, key_epoch, detected_at, alerted_at, state_version
) values (
    %(hit_id)s, %(own_code)s, %(own_reference)s, %(counterpart)s, %(counterpart_reference)s, %(joint_state)s,
    %(ledger)s, %(side_state)s, %(band)s, %(agreement)s, %(counterpart_offence_group)s, %(counterpart_record_kind)s,
    %(urgency)s, %(protected)s, %(non_punishment)s, %(minor)s, %(exercise)s, %(schema_id)s, %(key_epoch)s,
    %(detected_at)s, %(alerted_at)s, 1
)
on conflict (hit_id) do nothing
returning hit_id;

-- name: name_counterpart
-- What the other side told of its record.
update hit
set counterpart_reference = %(reference)s, counterpart_offence_group = %(offence_group)s,
    counterpart_record_kind = %(record_kind)s, state_version = state_version + 1
where hit_id = %(hit_id)s;

-- name: find_hit
-- One hit.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem, (
    select jsonb_agg(message.step order by message.place) from outbox_message as message
    where message.hit_id = hit.hit_id and message.step is not null and not message.followed and message.problem is null
) as pending
from hit
where hit_id = %(hit_id)s;

-- name: find_hits
-- Some hits.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem, (
    select jsonb_agg(message.step order by message.place) from outbox_message as message
    where message.hit_id = hit.hit_id and message.step is not null and not message.followed and message.problem is null
) as pending
from hit
where hit_id = any(%(hit_ids)s::uuid[]);

-- name: lock_hit
-- One hit that is about to change.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem, (
    select jsonb_agg(message.step order by message.place) from outbox_message as message
    where message.hit_id = hit.hit_id and message.step is not null and not message.followed and message.problem is null
) as pending
from hit
where hit_id = %(hit_id)s
for update of hit;

-- name: lock_hits_of_record
-- The hits of one record that are about to change.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem, (
    select jsonb_agg(message.step order by message.place) from outbox_message as message
    where message.hit_id = hit.hit_id and message.step is not null and not message.followed and message.problem is null
) as pending
from hit
where own_reference = %(own_reference)s
order by hit_id
for update of hit;

-- name: list_hits
-- The hits that are (or are not) protected, and of the others those that bear a mark, where they are asked for. What
-- somebody may not see is not even read: no list takes longer for it.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem, (
    select jsonb_agg(message.step order by message.place) from outbox_message as message
    where message.hit_id = hit.hit_id and message.step is not null and not message.followed and message.problem is null
) as pending
from hit
where hit.protected = any(%(protected)s)
    or (%(marked)s and (hit.non_punishment or hit.is_frozen or hit.holds_for_safety))
order by alerted_at, hit_id;

-- name: digest_of_hits
-- What a list of hits depends on, as one short text: the hits that are (or are not) protected with their versions, those
-- of the others that bear a mark where they are asked for, the last change of their own records, and how much was said
-- about them and is on its way.
select md5(string_agg(
    concat_ws(
        ' ', hit.hit_id, hit.state_version, record.changed_at,
        (select count(*) from exchange_message as said where said.hit_id = hit.hit_id),
        (select count(*) from outbox_message as message where message.hit_id = hit.hit_id and delivered_at is null)
    ),
    ',' order by hit.hit_id
)) as digest
from hit
join record on record.reference = hit.own_reference
where hit.protected = any(%(protected)s)
    or (%(marked)s and (hit.non_punishment or hit.is_frozen or hit.holds_for_safety));

-- name: save_hit
-- A hit after a step, or after an act of this side.
update hit
set joint_state = %(joint_state)s, ledger = %(ledger)s, side_state = %(side_state)s, protected = %(protected)s,
    non_punishment = %(non_punishment)s, minor = %(minor)s, alerted_at = %(alerted_at)s,
    awaits_hold = %(awaits_hold)s, hold_decision = %(hold_decision)s, hold_message_id = %(hold_message_id)s,
    is_frozen = %(is_frozen)s, holds_for_safety = %(holds_for_safety)s, unread_round = %(unread_round)s,
    assigned_to = %(assigned_to)s, recommended_verdict = %(recommended_verdict)s, sealed_recommendation = %(sealed_recommendation)s,
    recommended_by = %(recommended_by)s, recommended_at = %(recommended_at)s,
    acknowledged_at = %(acknowledged_at)s, counterpart_acknowledged_at = %(counterpart_acknowledged_at)s,
    state_version = state_version + 1
where hit_id = %(hit_id)s;

-- name: add_step
-- A step of the confirmed order; one that is known changes nothing.
insert into hit_step (hit_id, exchange_id, event, taken_by, follows, urgency, taken_at)
values (%(hit_id)s, %(exchange_id)s, %(event)s, %(taken_by)s, %(follows)s, %(urgency)s, %(taken_at)s)
on conflict (hit_id, exchange_id, follows) do nothing;

-- name: list_steps
-- The steps of a hit and its exchanges, in the order in which they were followed here.
select exchange_id, event, taken_by, follows, urgency, taken_at from hit_step where hit_id = %(hit_id)s order by place;

-- name: count_by_state
-- How many hits there are in each joint state, but for those of which the protection officer alone may know.
select joint_state, count(*) as hits from hit where not protected group by joint_state order by joint_state;

-- name: add_vote
-- A vote of one side in one round; no row when that side has voted in it, unless the hub refused that vote.
insert into vote (hit_id, round, side, verdict, sealed_reason, voted_at, voter, message_id)
values (%(hit_id)s, %(round)s, %(side)s, %(verdict)s, %(sealed_reason)s, %(voted_at)s, %(voter)s, %(message_id)s)
on conflict (hit_id, round, side) do update
set verdict = excluded.verdict, sealed_reason = excluded.sealed_reason, voted_at = excluded.voted_at,
    voter = excluded.voter, message_id = excluded.message_id
where exists (
    select from outbox_message as message where message.message_id = vote.message_id and message.problem is not null
)
returning round;

-- name: list_votes
-- The votes on a hit, own and opened.
select side, round, verdict, sealed_reason, voted_at, voter, (
    select message.problem from outbox_message as message where message.message_id = vote.message_id
) as problem, exists (
    select from outbox_message as message where message.message_id = vote.message_id and message.delivered_at is null
) as on_its_way
from vote
where hit_id = %(hit_id)s
order by round, side;
