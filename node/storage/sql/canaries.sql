-- Canaries of blind comparison that the hub took.

-- name: find_sent
-- Numbers and forms of those among such records.
select distinct number, form
from canary
where key_epoch = %(epoch)s and namespace = %(namespace)s and mode = %(mode)s and members = %(members)s::text[]
  and filled = %(filled)s;

-- name: keep_canary
-- The hub took it.
insert into canary (reference, key_epoch, namespace, mode, members, filled, number, form, sent_at)
values (%(reference)s, %(epoch)s, %(namespace)s, %(mode)s, %(members)s, %(filled)s, %(number)s, %(form)s, %(sent_at)s)
on conflict do nothing;

-- name: forget_canaries
-- An operator erased them.
delete from canary where reference = any(%(references)s::uuid[]);

-- name: forget_epochs
-- Those of epochs that are closed.
delete from canary where key_epoch <> all(%(epochs)s::int[]);
