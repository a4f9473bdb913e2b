-- Data keys, wrapped by the node key.

-- name: take_turn
-- Held to the end of the transaction: two processes that start at once make the first keys once.
select pg_advisory_xact_lock(%(lock)s);

-- name: list_data_keys
-- Every data key, the oldest first.
select key_id, purpose, wrapped from data_key order by key_id;

-- name: add_data_key
-- A data key that is in use from now on.
insert into data_key (purpose, wrapped, made_at) values (%(purpose)s, %(wrapped)s, %(made_at)s);

-- name: wrap_again
-- The same data key, wrapped by another node key.
update data_key set wrapped = %(wrapped)s where key_id = %(key_id)s;
