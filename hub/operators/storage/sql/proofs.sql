-- name: list_held
-- Records from a handle on that can be proved, with their shares; as many as fit.
select handle, bundle, segments, row_numbers, proved, is_last
from (
    select r.handle, r.bundle, r.segments, r.row_numbers, r.proved,
           sum(octet_length(r.bundle)) over (order by r.handle) as size,
           row_number() over (order by r.handle) as place,
           lead(r.handle) over (order by r.handle) is null as is_last
    from (
        select * from shared_record as s
        where s.handle > %(after)s
          and not exists (select from unreadable_record as u where u.handle = s.handle)
        order by s.handle
        limit %(limit)s + 1
    ) as r
) as counted
where place = 1 or (place <= %(limit)s and size <= %(most_bytes)s)
order by handle;

-- name: first_that_waits
-- The first record that is not proved, and may be.
select coalesce(min(s.handle), 0) from shared_record as s
where not s.proved and not exists (select from unreadable_record as u where u.handle = s.handle);

-- name: note_proved
-- These are bits, where the shares are still those that were proved; which records they are.
update shared_record as s set proved = true
from unnest(%(handles)s::bigint[], %(digests)s::bytea[]) as given (handle, digest)
where s.handle = given.handle and not s.proved and sha256(s.bundle) = given.digest
  and not exists (select from unreadable_record as u where u.handle = s.handle)
returning s.handle, s.bundle, s.segments, s.row_numbers;

-- name: take_back
-- These are not to be compared, where the shares are still those that were looked at; which records they are.
update shared_record as s set proved = false
from unnest(%(handles)s::bigint[], %(digests)s::bytea[]) as given (handle, digest)
where s.handle = given.handle and sha256(s.bundle) = given.digest
returning s.handle, s.bundle, s.segments, s.row_numbers;

-- name: list_proved
-- Shares of proved records from a handle on, to fill the segments anew.
select handle, bundle, segments, row_numbers from shared_record
where proved and handle > %(after)s order by handle limit %(limit)s;

-- name: list_places
-- Where every proved record lies.
select handle, segments, row_numbers from shared_record where proved order by handle;
