-- Requests and replies.

-- name: add_request
-- A request that was sent or received; no row when it is known.
insert into exchange_request (request_id, hit_id, direction, content, requested_at)
values (%(request_id)s, %(hit_id)s, %(direction)s, %(content)s, %(requested_at)s)
on conflict (request_id) do nothing
returning request_id;

-- name: find_request
-- One request with its reply if there is one.
select request.direction, request.content, (
    select reply.content from exchange_reply as reply where reply.request_id = request.request_id
) as reply
from exchange_request as request
where request.request_id = %(request_id)s;

-- name: list_requests
-- The requests about a hit, each with its reply if there is one.
select request.direction, request.content, reply.content as reply
from exchange_request as request
left join exchange_reply as reply using (request_id)
where request.hit_id = %(hit_id)s
order by request.requested_at, request.request_id;

-- name: list_unanswered
-- The received requests without a reply, of all hits.
select request.direction, request.content, null as reply
from exchange_request as request
left join exchange_reply as reply using (request_id)
where request.direction = 'received' and reply.request_id is null;

-- name: add_reply
-- A reply that was sent or received; no row when it is known.
insert into exchange_reply (request_id, content, replied_at)
values (%(request_id)s, %(content)s, %(replied_at)s)
on conflict (request_id) do nothing
returning request_id;
