-- Programs that act by the API, and what they did under a key.

-- name: add_client
-- A new client; no row when one had this name at any time.
insert into api_client (client_id, name, roles, scopes, token_digest, added_by, added_at, expires_at)
values (
    %(client_id)s, %(name)s, %(roles)s, %(scopes)s, %(token_digest)s, %(added_by)s, %(added_at)s, %(expires_at)s
)
on conflict (name) do nothing
returning client_id;

-- name: find_client
-- One client, revoked or not.
select * from api_client where client_id = %(client_id)s;

-- name: lock_client
-- One client that is about to change.
select * from api_client where name = %(name)s for update;

-- name: list_clients
-- Every client that ever was.
select * from api_client order by name;

-- name: grant_client
-- A protection officer lets it see protected hits.
update api_client set protected_by = %(login)s, protected_at = %(now)s where client_id = %(client_id)s;

-- name: revoke_client
-- Its token opens nothing any more.
update api_client set revoked_by = %(login)s, revoked_at = %(now)s
where client_id = %(client_id)s and revoked_at is null;

-- name: note_use
-- Its token was shown.
update api_client set last_used_at = %(now)s where client_id = %(client_id)s;

-- name: begin_act
-- Takes a key; no row when it is taken. Waits for an act under the same key that is under way.
insert into api_act (client_id, key, request_digest, acted_at)
values (%(client_id)s, %(key)s, %(request_digest)s, %(acted_at)s)
on conflict (client_id, key) do nothing
returning key;

-- name: find_act
-- What took a key, and what it came to.
select request_digest, sealed_answer from api_act where client_id = %(client_id)s and key = %(key)s;

-- name: finish_act
-- What an act came to, in its transaction.
update api_act set sealed_answer = %(sealed_answer)s where client_id = %(client_id)s and key = %(key)s;

-- name: forget_acts
-- Takes away what is older.
delete from api_act where acted_at < %(before)s;
