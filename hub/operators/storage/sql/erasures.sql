-- name: draw_ticket
-- The next place among the receipts.
update progress set ticket = greatest(ticket + 1, %(number)s) returning ticket;

-- name: add_erasure
-- A receipt that is owed to an owner.
insert into erasure (number, owner, content, signature)
values (%(number)s, %(owner)s, %(content)s, %(signature)s) on conflict do nothing;

-- name: list_erasures
-- Receipts after a change.
select number, owner, content, signature from erasure where number > %(after)s order by number, owner limit %(limit)s;

-- name: forget_erasures
-- Receipts that the hub has.
delete from erasure where number <= %(number)s;

-- name: newest_erasure
-- The change that the newest receipt is about.
select coalesce(max(number), 0) from erasure;
