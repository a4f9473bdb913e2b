-- Values of the operators' oblivious function, and whether they can be had now.

-- name: find_values
-- The values that are known of these keyed tokens.
select lookup, sealed_value from token_value where key_epoch = %(epoch)s and lookup = any(%(lookups)s::bytea[]);

-- name: keep_values
-- New values; the same again changes nothing.
insert into token_value (key_epoch, lookup, sealed_value)
select %(epoch)s, fresh.lookup, fresh.sealed
from unnest(%(lookups)s::bytea[], %(sealed)s::bytea[]) as fresh (lookup, sealed)
on conflict do nothing;

-- name: forget_epochs
-- The values of epochs that are closed.
delete from token_value where key_epoch <> all(%(epochs)s::int[]);

-- name: note_wait
-- Tokens cannot be had; since when, for as long as it is for the same reason.
insert into token_wait (problem, since, attempts, next_attempt_at)
values (%(problem)s, %(now)s, %(attempts)s, %(until)s)
on conflict (only_row) do update
set since = case when token_wait.problem = excluded.problem then token_wait.since else excluded.since end,
    problem = excluded.problem, attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at;

-- name: end_wait
-- Tokens can be had again.
delete from token_wait;

-- name: find_wait
-- Whether tokens are waited for.
select problem, since, attempts, next_attempt_at from token_wait;
