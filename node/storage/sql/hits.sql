-- Hits and votes.

-- name: add_hit
-- A hit that an alert brought; no row when it is known.
insert into hit (
    hit_id, own_reference, counterpart, counterpart_reference, joint_state, side_state, round, band, agreement,
    counterpart_offence_group, counterpart_record_kind, urgency, protected, non_punishment, exercise, schema_id,
    key_epoch, detected_at, alerted_at, state_since, state_version
) values (
    %(hit_id)s, %(own_reference)s, %(counterpart)s, %(counterpart_reference)s, %(joint_state)s, %(side_state)s,
    %(round)s, %(band)s, %(agreement)s, %(counterpart_offence_group)s, %(counterpart_record_kind)s, %(urgency)s,
    %(protected)s, %(non_punishment)s, %(exercise)s, %(schema_id)s, %(key_epoch)s, %(detected_at)s, %(alerted_at)s,
    %(state_since)s, 1
)
on conflict (hit_id) do nothing
returning hit_id;

-- name: find_hit
-- One hit.
select * from hit where hit_id = %(hit_id)s;

-- name: lock_hit
-- One hit that is about to change.
select * from hit where hit_id = %(hit_id)s for update;

-- name: lock_hits_of_record
-- The hits of one record that are about to change.
select * from hit where own_reference = %(own_reference)s order by hit_id for update;

-- name: list_hits
-- All hits, protected or not: who may see which is decided by the disclosure rules.
select * from hit order by alerted_at, hit_id;

-- name: save_hit
-- The states of a hit after a step.
update hit
set joint_state = %(joint_state)s, side_state = %(side_state)s, round = %(round)s, protected = %(protected)s,
    non_punishment = %(non_punishment)s, alerted_at = %(alerted_at)s, state_since = %(state_since)s,
    state_version = state_version + 1
where hit_id = %(hit_id)s;

-- name: count_by_state
-- How many hits there are in each joint state.
select joint_state, count(*) as hits from hit group by joint_state order by joint_state;

-- name: add_vote
-- A vote of one side in one round; no row when that side has voted in it.
insert into vote (hit_id, round, side, verdict, reason, voted_at, voter)
values (%(hit_id)s, %(round)s, %(side)s, %(verdict)s, %(reason)s, %(voted_at)s, %(voter)s)
on conflict (hit_id, round, side) do nothing
returning round;

-- name: list_votes
-- The votes on a hit, own and opened.
select side, round, verdict, reason, voted_at, voter from vote where hit_id = %(hit_id)s order by round, side;
