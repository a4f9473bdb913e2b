-- name: find_seat
-- Whom this operator serves, if it joined.
select federation, exercise, place from seat;

-- name: take_seat
-- Note whom this operator serves, once.
insert into seat (federation, exercise, place, joined_at)
values (%(federation)s, %(exercise)s, %(place)s, %(now)s) on conflict do nothing;

-- name: find_life
-- Which life of the hub feeds this operator.
select incarnation, life_begun_at, emptied_at, emptied_records from seat;

-- name: follow_life
-- Which one feeds it from now on.
update seat set incarnation = %(incarnation)s, life_begun_at = %(begun_at)s, emptied_at = %(emptied_at)s,
                emptied_records = %(emptied_records)s;

-- name: list_versions
-- Every version that has shares here.
select owner, reference, version from shared_record order by owner, handle;

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

-- name: put_record
-- A record's shares; the same change again changes nothing.
insert into shared_record (handle, reference, version, owner, bundle, segments, row_numbers, proved, taken_at,
                           generation)
values (%(handle)s, %(reference)s, %(version)s, %(owner)s, %(bundle)s, %(segments)s, %(row_numbers)s, %(proved)s,
        %(now)s, (select generation from standing))
on conflict (handle) do nothing;

-- name: list_known_handles
-- Which of these handles are a record's already.
select handle from shared_record where handle = any(%(handles)s);

-- name: list_held_versions
-- Of which versions of these records shares are here.
select reference, version from shared_record where reference = any(%(references)s);

-- name: take_bundles
-- Signed bundles were taken; those that were not before.
insert into taken_bundle (digest, epoch)
select * from unnest(%(digests)s::bytea[], %(epochs)s::integer[])
on conflict do nothing
returning digest;

-- name: forget_taken_before
-- Of closed epochs nothing is taken, so nothing need be known.
delete from taken_bundle where epoch < %(epoch)s;

-- name: drop_record
-- A record is gone, and its share with it; where its vectors lay.
delete from shared_record where handle = %(handle)s returning reference, version, owner, segments, row_numbers;

-- name: drop_unreadable
-- A record that could not be read is gone.
delete from unreadable_record where handle = %(handle)s;

-- name: note_unreadable
-- A record whose bundle does not open, or not to what its rows ask for.
insert into unreadable_record (handle, reason, noted_at) values (%(handle)s, %(reason)s, %(now)s) on conflict do nothing;

-- name: list_unreadable
-- Records that could not be read.
select handle, reason from unreadable_record where handle > %(after)s order by handle limit %(limit)s;

-- name: list_shares
-- Shares from a handle on, to fill the segments anew.
select handle, bundle, segments, row_numbers from shared_record
where handle > %(after)s order by handle limit %(limit)s;

-- name: count_records
-- Records that are here, and that could not be read.
select (select count(*) from shared_record) as records, (select count(*) from unreadable_record) as unreadable;

-- name: list_older_shares
-- Shares that a refresh has not reached yet.
select handle, bundle, segments, row_numbers from shared_record
where generation < %(generation)s order by handle limit %(limit)s for update;

-- name: put_refreshed
-- A record's shares after a refresh.
update shared_record set bundle = %(bundle)s, generation = %(generation)s where handle = %(handle)s;

-- name: list_whole_records
-- Records from a handle on, for an operator that lost its own.
select handle, reference, version, owner, bundle, segments, row_numbers, proved from shared_record
where handle > %(after)s order by handle limit %(limit)s;

-- name: forget_all_records
-- Shares that are not to be relied on any more.
delete from shared_record;

-- name: forget_all_unreadable
-- Likewise what could not be read.
delete from unreadable_record;

-- name: find_newest_version
-- The directory in effect, as far as this operator was told.
select signed from directory_version order by version desc limit 1;

-- name: find_version
-- One version of the directory.
select signed from directory_version where version = %(version)s;

-- name: keep_version
-- A version that was verified.
insert into directory_version (version, digest, signed, taken_at)
values (%(version)s, %(digest)s, %(signed)s, %(now)s);

-- name: find_confirmation
-- Whether the founding was compared with a member, and why the hub's versions were last refused.
select confirmed_at, directory_trouble from seat;

-- name: confirm_founding
-- The founding was compared with a member.
update seat set confirmed_at = coalesce(confirmed_at, %(now)s);

-- name: note_directory_trouble
-- Why the hub's versions were refused, or (null) that they were not; no row where that is known.
update seat set directory_trouble = %(trouble)s where directory_trouble is distinct from %(trouble)s;
