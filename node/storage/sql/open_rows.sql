-- What an older release stored in clear, some hundred rows at a time, locked in one order: of two processes that start
-- at once, the second waits and finds nothing left.

-- name: lock_open_records
-- Records without a lookup digest, and those of protected categories that are not sealed.
select reference, local_id, identifiers, content_digest, category
from record
where lookup is null
order by reference
limit %(limit)s
for update;

-- name: seal_record
-- The record with its lookup digest, and sealed where its category asks for it.
update record
set lookup = %(lookup)s, sealed = %(sealed)s, local_id = %(local_id)s, identifiers = %(identifiers)s,
    content_digest = %(content_digest)s
where reference = %(reference)s;

-- name: lock_open_votes
-- Votes whose reason is in clear.
select hit_id, round, side, reason
from vote
where sealed_reason is null
order by hit_id, round, side
limit %(limit)s
for update;

-- name: seal_vote
-- The reason, sealed in place of its clear text.
update vote set sealed_reason = %(sealed_reason)s, reason = null
where hit_id = %(hit_id)s and round = %(round)s and side = %(side)s;
