-- name: find_seat
-- Whom this operator serves, if it joined.
select federation, exercise, place from seat;

-- name: take_seat
-- Note whom this operator serves, once.
insert into seat (federation, exercise, place, joined_at)
values (%(federation)s, %(exercise)s, %(place)s, %(now)s) on conflict do nothing;

-- name: keep_schema
-- A linkage schema that epochs are used under.
insert into linkage_schema (digest, content) values (%(digest)s, %(content)s) on conflict do nothing;

-- name: list_schemas
-- Every linkage schema.
select digest, content from linkage_schema;

-- name: lock_progress
-- The newest change that is here; locked, so that one feed after the other is taken.
select number from progress for update;

-- name: find_progress
-- The newest change that is here.
select number from progress;

-- name: note_progress
-- How far this operator is now.
update progress set number = %(number)s;

-- name: describe_segment
-- A segment that the hub made; what was said of one is never changed.
insert into segment (segment, epoch, schema_digest, what, bits, owner, namespace, compare_mode, compare_members)
values (%(segment)s, %(epoch)s, %(schema_digest)s, %(what)s, %(bits)s, %(owner)s, %(namespace)s,
        %(compare_mode)s, %(compare_members)s)
on conflict (segment) do nothing;

-- name: list_segments
-- Every segment.
select * from segment order by segment;

-- name: put_record
-- A record's shares; the same change again changes nothing.
insert into shared_record (handle, reference, version, owner, bundle, segments, row_numbers, taken_at)
values (%(handle)s, %(reference)s, %(version)s, %(owner)s, %(bundle)s, %(segments)s, %(row_numbers)s, %(now)s)
on conflict (handle) do nothing;

-- name: drop_record
-- A record is gone, and its share with it; where its vectors lay.
delete from shared_record where handle = %(handle)s returning segments, row_numbers;

-- name: drop_unreadable
-- A record that could not be read is gone.
delete from unreadable_record where handle = %(handle)s;

-- name: note_unreadable
-- A record whose bundle does not open, or not to what its rows ask for.
insert into unreadable_record (handle, reason, noted_at) values (%(handle)s, %(reason)s, %(now)s) on conflict do nothing;

-- name: list_shares
-- Shares from a handle on, to fill the segments anew.
select handle, bundle, segments, row_numbers from shared_record
where handle > %(after)s order by handle limit %(limit)s;

-- name: count_records
-- Records that are here, and that could not be read.
select (select count(*) from shared_record) as records, (select count(*) from unreadable_record) as unreadable;

-- name: spend
-- Take from a member's budget of the day; no row where that would be more than it has.
insert into spending (member, day, kind, amount) values (%(member)s, %(day)s, %(kind)s, %(amount)s)
on conflict (member, day, kind) do update set amount = spending.amount + excluded.amount
where spending.amount + excluded.amount <= %(most)s
returning amount;

-- name: forget_spending
-- Budgets of days that are over.
delete from spending where day < %(before)s;
