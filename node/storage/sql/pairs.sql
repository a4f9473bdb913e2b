-- Pairs that were found past the hub, and the numbers by which it speaks of this node's records.

-- name: keep_numbers
-- What the hub calls versions of records.
insert into record_number (handle, reference, version, key_epoch, name)
select item.handle, item.reference, item.version, item.key_epoch, item.name
from unnest(
    %(handles)s::bigint[], %(references)s::uuid[], %(versions)s::int[], %(key_epochs)s::int[], %(names)s::bigint[]
) as item (handle, reference, version, key_epoch, name)
join record on record.reference = item.reference
on conflict (handle) do update
set reference = excluded.reference, version = excluded.version, key_epoch = excluded.key_epoch, name = excluded.name;

-- name: find_number
-- The version of a number.
select handle, reference, version, key_epoch, name from record_number where handle = %(handle)s;

-- name: add_pair
-- A pair that was found or told; no row where it is known.
insert into found_pair (
    pair_id, is_finder, counterpart, own_reference, own_version, other_handle, other_name, own_handle, own_name, other_side, band, key_epoch, own_alias,
    other_alias, to_tell, to_answer, declare_at, hit_id, is_over, found_at, brings_back, known_as
) values (
    %(pair_id)s, %(is_finder)s, %(counterpart)s, %(own_reference)s, %(own_version)s, %(other_handle)s, %(other_name)s, %(own_handle)s, %(own_name)s,
    %(other_side)s, %(band)s, %(key_epoch)s, %(own_alias)s, %(other_alias)s, %(to_tell)s, %(to_answer)s, %(declare_at)s, %(hit_id)s,
    %(is_over)s, %(found_at)s, %(brings_back)s, %(known_as)s
)
on conflict do nothing
returning pair_id;

-- name: save_pair
-- How far a pair has come.
update found_pair
set other_side = %(other_side)s, to_tell = %(to_tell)s, to_answer = %(to_answer)s, declare_at = %(declare_at)s,
    hit_id = %(hit_id)s, is_over = %(is_over)s
where pair_id = %(pair_id)s;

-- name: find_pair
-- One pair that is about to change.
select * from found_pair where pair_id = %(pair_id)s for update;

-- name: find_pair_of_alias
-- The pair of which a reference stands for the own side.
select * from found_pair where own_alias = %(alias)s for update;

-- name: find_pair_of_hit
-- The pair that a hit is on.
select * from found_pair where hit_id = %(hit_id)s for update;

-- name: list_pairs_of_record
-- The pairs of a record.
select * from found_pair where own_reference = %(reference)s order by place;

-- name: list_pairs_to_tell
-- What one of these other sides is told of, or answered about; what was told before without an answer comes last.
select * from found_pair
where (to_tell or to_answer) and counterpart = any(%(members)s)
order by told_at nulls first, place
limit %(limit)s
for update;

-- name: note_told
-- The other sides were told of these now.
update found_pair set told_at = %(now)s where pair_id = any(%(pair_ids)s::uuid[]);

-- name: note_contact_told
-- A message for a member was queued.
insert into pair_contact (member, told_at) values (%(member)s, %(now)s)
on conflict (member) do update set told_at = excluded.told_at;

-- name: note_contact_heard
-- A message of a member was taken.
insert into pair_contact (member, heard_at) values (%(member)s, %(now)s)
on conflict (member) do update set heard_at = excluded.heard_at;

-- name: list_contacts
-- With whom this node is in touch about pairs.
select member, told_at, heard_at from pair_contact order by member;

-- name: note_problem
-- An opening that cannot be true; the same again changes nothing.
insert into opening_problem (session, number, noted_at) values (%(session)s, %(number)s, %(now)s)
on conflict do nothing;

-- name: count_standing
-- What waits of pairs that everybody here may know of, and what is wrong with openings.
select
    count(*) filter (where not is_over and to_tell) as to_tell,
    count(*) filter (where to_answer) as to_answer,
    count(*) filter (where not is_over and declare_at is not null) as to_declare,
    (select count(*) from opening_problem where noted_at > %(since)s) as complaints,
    (
        select count(*) from inbox_delivery
        where state = 'refused' and convert_from(envelope, 'UTF8')::jsonb ->> 'purpose' = 'sealed-openings'
    ) as unreadable
from found_pair
join record on record.reference = found_pair.own_reference
where not coalesce(record.category in ('victim', 'minor'), false);

-- name: list_pairs_to_declare
-- What the hub is told of now.
select * from found_pair where declare_at <= %(now)s and not is_over order by declare_at limit %(limit)s for update;

-- name: count_under_way
-- Pairs that somebody is still to hear of.
select count(*) from found_pair where to_answer or (not is_over and (to_tell or declare_at is not null));

-- name: list_ended_pairs
-- Pairs whose own record is at the hub no more, for good.
select found_pair.*
from found_pair
join record on record.reference = found_pair.own_reference
where not found_pair.is_over and record.publication in ('withdrawing', 'withdrawn', 'refused')
order by found_pair.place
limit %(limit)s
for update of found_pair;

-- name: find_round
-- When the others are told next.
select next_at from pair_round;

-- name: set_round
-- When the others are told next.
insert into pair_round (next_at) values (%(next_at)s)
on conflict (only_row) do update set next_at = excluded.next_at;
