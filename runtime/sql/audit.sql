-- The audit log: leaves, the queue of those without a place, the chain.

-- name: insert_leaf
-- One act, in the transaction of the act; it is queued for the sequencer.
with leaf as (
    insert into audit_leaf (leaf_id, recorded_at, act, actor, subject, detail)
    values (%(leaf_id)s, %(recorded_at)s, %(act)s, %(actor)s, %(subject)s, %(detail)s)
    returning leaf_id
)
insert into audit_unplaced (leaf_id)
select leaf_id
from leaf;

-- name: become_the_sequencer
-- True when no other transaction is giving places now; held until the end of this transaction.
select pg_try_advisory_xact_lock(%(lock)s) as alone;

-- name: find_last_place
-- The end of the chain; no row while it is empty.
select place, chain_hash
from audit_place
order by place desc
limit 1;

-- name: take_unplaced_leaves
-- The oldest leaves without a place, taken off the queue.
with taken as (
    delete from audit_unplaced
    where leaf_id in (
        select unplaced.leaf_id
        from audit_unplaced as unplaced
        join audit_leaf as leaf using (leaf_id)
        order by leaf.arrival
        limit %(limit)s
    )
    returning leaf_id
)
select leaf.leaf_id, leaf.recorded_at, leaf.act, leaf.actor, leaf.subject, leaf.detail
from taken
join audit_leaf as leaf using (leaf_id)
order by leaf.arrival;

-- name: insert_place
-- The place of one leaf and the hash that binds it to all before it.
insert into audit_place (place, leaf_id, chain_hash)
values (%(place)s, %(leaf_id)s, %(chain_hash)s);

-- name: list_places
-- A page of the chain in order, for verification. A place whose leaf is gone is listed without it.
select
    place.place, place.chain_hash,
    leaf.leaf_id, leaf.recorded_at, leaf.act, leaf.actor, leaf.subject, leaf.detail
from audit_place as place
left join audit_leaf as leaf using (leaf_id)
where place.place > %(after)s
order by place.place
limit %(limit)s;

-- name: count_lost_leaves
-- Leaves that are neither in the chain nor waiting for a place: somebody took their place away.
select count(*) as lost
from audit_leaf as leaf
where not exists (select from audit_place as place where place.leaf_id = leaf.leaf_id)
  and not exists (select from audit_unplaced as unplaced where unplaced.leaf_id = leaf.leaf_id);

-- name: list_about
-- Every leaf about one subject, the oldest first.
select
    place.place, place.chain_hash,
    leaf.leaf_id, leaf.recorded_at, leaf.act, leaf.actor, leaf.subject, leaf.detail
from audit_leaf as leaf
left join audit_place as place using (leaf_id)
where leaf.subject = %(subject)s
order by leaf.arrival;

-- name: query_leaves
-- Leaves that pass every filter that is given, newest first.
select
    place.place, place.chain_hash,
    leaf.leaf_id, leaf.recorded_at, leaf.act, leaf.actor, leaf.subject, leaf.detail
from audit_leaf as leaf
left join audit_place as place using (leaf_id)
where (%(act)s::text is null or leaf.act = %(act)s)
  and (%(actor)s::text is null or leaf.actor = %(actor)s)
  and (%(subject)s::text is null or leaf.subject = %(subject)s)
  and (%(since)s::timestamptz is null or leaf.recorded_at >= %(since)s)
  and (%(until)s::timestamptz is null or leaf.recorded_at < %(until)s)
order by leaf.arrival desc
limit %(limit)s;
