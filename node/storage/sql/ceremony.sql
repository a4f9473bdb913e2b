-- Which steps of a linkage key's ceremony this node did. What was said in it lies in keys/.

-- name: lock_epoch
-- One change of an epoch's ceremony at a time, whichever process makes it; held until the end of the transaction.
select pg_advisory_xact_lock(%(lock)s, %(epoch)s) as locked;

-- name: note_step
-- A step, once; no row where it was done before.
insert into ceremony_step (epoch, attempt, step, member, done_at)
values (%(epoch)s, %(attempt)s, %(step)s, %(member)s, %(done_at)s)
on conflict (epoch, attempt, step, member) do nothing
returning step;

-- name: forget_told
-- A member has another card: what it was told before was for the former one, and is told again.
delete from ceremony_step
where member = %(member)s and step in ('key-commitment', 'key-reveal', 'key-confirmation');

-- name: list_steps
-- Every step in the ceremony of an epoch, in order.
select attempt, step, member, done_at from ceremony_step
where epoch = %(epoch)s order by done_at, attempt, step, member;

-- name: count_unsent
-- Ceremony messages that wait to go out: what they say must not be thrown away yet.
select count(*) from outbox_message
where delivered_at is null and kind in ('key-commitment', 'key-reveal', 'key-confirmation', 'linkage-key');
