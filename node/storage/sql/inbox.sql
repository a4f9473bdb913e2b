-- Deliveries from the hub.

-- name: add_delivery
-- Marks a delivery as taken; no row when it came before.
insert into inbox_delivery (delivery_id, received_at, state, hit_id, problem, envelope)
values (%(delivery_id)s, %(received_at)s, %(state)s, %(hit_id)s, %(problem)s, %(envelope)s)
on conflict (delivery_id) do nothing
returning delivery_id;

-- name: list_waiting
-- Deliveries that came before what they need, after a place, oldest first; of one hit, or of all.
select delivery_id, envelope, place
from inbox_delivery
where state = 'waiting' and place > %(after)s and (%(hit_id)s::uuid is null or hit_id = %(hit_id)s)
order by place
limit %(limit)s
for update skip locked;

-- name: settle_delivery
-- What became of a delivery that had waited.
update inbox_delivery
set state = %(state)s, problem = %(problem)s, envelope = case when %(state)s = 'refused' then envelope end
where delivery_id = %(delivery_id)s and state = 'waiting';

-- name: count_deliveries
-- How many deliveries wait for another, and how many were refused; but for those about a protected hit.
select
    count(*) filter (where inbox_delivery.state = 'waiting') as waiting,
    count(*) filter (where inbox_delivery.state = 'refused') as refused
from inbox_delivery left join hit using (hit_id)
where hit.protected is not true;

-- name: list_kept
-- What could not be taken, oldest first; but for what is about a protected hit, which is tried again like the rest.
select delivery_id, state, problem, received_at, envelope
from inbox_delivery left join hit using (hit_id)
where state in ('waiting', 'refused') and hit.protected is not true
order by place;

-- name: note_slow_clock
-- A delivery came from the future of this node's clock.
insert into slow_clock (seen_at) values (%(seen_at)s)
on conflict (only_row) do update set seen_at = excluded.seen_at;

-- name: find_slow_clock
-- When that was last so.
select seen_at from slow_clock;

-- name: take_up_again
-- Lets what was refused (for one problem, or for any) be tried again.
update inbox_delivery
set state = 'waiting', problem = null
where state = 'refused' and (%(problem)s::text is null or problem = %(problem)s);

-- name: become_the_worker
-- True when no other worker of this node runs; held until the end of this transaction.
select pg_try_advisory_xact_lock(%(lock)s) as alone;

-- name: still_there
-- Keeps the worker's lock from ending for idleness.
select 1 as alive;
