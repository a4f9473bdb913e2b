-- Which signed requests of members were answered.

-- name: take_request
-- A request is answered; no row where it was before.
insert into taken_request (member, nonce, keep_until) values (%(member)s, %(nonce)s, %(keep_until)s)
on conflict do nothing
returning member;

-- name: forget_requests
-- What is stale by now is refused for that.
delete from taken_request where keep_until <= %(now)s;
