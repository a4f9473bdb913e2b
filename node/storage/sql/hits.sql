-- Hits and votes.

-- name: add_hit
-- A hit that an alert brought; no row when it is known.
insert into hit (
    hit_id, own_reference, counterpart, counterpart_reference, joint_state, side_state, round, band, agreement,
    counterpart_offence_group, counterpart_record_kind, urgency, protected, non_punishment, exercise, schema_id,
    key_epoch, detected_at, alerted_at, state_since, held_from, state_version
) values (
    %(hit_id)s, %(own_reference)s, %(counterpart)s, %(counterpart_reference)s, %(joint_state)s, %(side_state)s,
    %(round)s, %(band)s, %(agreement)s, %(counterpart_offence_group)s, %(counterpart_record_kind)s, %(urgency)s,
    %(protected)s, %(non_punishment)s, %(exercise)s, %(schema_id)s, %(key_epoch)s, %(detected_at)s, %(alerted_at)s,
    %(state_since)s, %(held_from)s, 1
)
on conflict (hit_id) do nothing
returning hit_id;

-- name: find_hit
-- One hit.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem
from hit
where hit_id = %(hit_id)s;

-- name: lock_hit
-- One hit that is about to change.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem
from hit
where hit_id = %(hit_id)s
for update of hit;

-- name: lock_hits_of_record
-- The hits of one record that are about to change.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem
from hit
where own_reference = %(own_reference)s
order by hit_id
for update of hit;

-- name: list_hits
-- All hits, protected or not: who may see which is decided by the disclosure rules.
select hit.*, (
    select message.problem from outbox_message as message where message.message_id = hit.hold_message_id
) as hold_problem
from hit
order by alerted_at, hit_id;

-- name: digest_of_hits
-- What a list of hits depends on, as one short text: the hits that are (or are not) protected with their versions, the
-- last change of their own records, and how many requests about them were made and answered.
select md5(string_agg(
    concat_ws(' ', hit.hit_id, hit.state_version, record.changed_at, exchange.requests, exchange.replies),
    ',' order by hit.hit_id
)) as digest
from hit
join record on record.reference = hit.own_reference
left join (
    select exchange_request.hit_id, count(*) as requests, count(exchange_reply.request_id) as replies
    from exchange_request
    left join exchange_reply using (request_id)
    group by exchange_request.hit_id
) as exchange on exchange.hit_id = hit.hit_id
where hit.protected = any(%(protected)s);

-- name: save_hit
-- The states of a hit after a step.
update hit
set joint_state = %(joint_state)s, side_state = %(side_state)s, round = %(round)s, protected = %(protected)s,
    non_punishment = %(non_punishment)s, alerted_at = %(alerted_at)s, state_since = %(state_since)s,
    held_from = %(held_from)s, hold_confirmed = %(hold_confirmed)s, hold_notice_at = %(hold_notice_at)s,
    hold_decision = %(hold_decision)s, hold_message_id = %(hold_message_id)s, state_version = state_version + 1
where hit_id = %(hit_id)s;

-- name: count_by_state
-- How many hits there are in each joint state.
select joint_state, count(*) as hits from hit group by joint_state order by joint_state;

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
) as problem
from vote
where hit_id = %(hit_id)s
order by round, side;
