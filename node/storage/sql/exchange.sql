-- Requests and replies, each beside what the hub said when it refused the message that carried it.

-- name: add_request
-- A request that was sent or received; no row when it is known.
insert into exchange_request (request_id, hit_id, direction, sealed_content, requested_at, message_id)
values (%(request_id)s, %(hit_id)s, %(direction)s, %(sealed_content)s, %(requested_at)s, %(message_id)s)
on conflict (request_id) do nothing
returning request_id;

-- name: find_request
-- One request with its reply if there is one.
select request.request_id, request.direction, request.sealed_content as sealed_request,
    reply.sealed_content as sealed_reply,
    request_message.problem, reply_message.problem as reply_problem
from exchange_request as request
left join exchange_reply as reply using (request_id)
left join outbox_message as request_message on request_message.message_id = request.message_id
left join outbox_message as reply_message on reply_message.message_id = reply.message_id
where request.request_id = %(request_id)s;

-- name: list_requests
-- The requests about a hit, each with its reply if there is one.
select request.request_id, request.direction, request.sealed_content as sealed_request,
    reply.sealed_content as sealed_reply,
    request_message.problem, reply_message.problem as reply_problem
from exchange_request as request
left join exchange_reply as reply using (request_id)
left join outbox_message as request_message on request_message.message_id = request.message_id
left join outbox_message as reply_message on reply_message.message_id = reply.message_id
where request.hit_id = %(hit_id)s
order by request.requested_at, request.request_id;

-- name: list_unanswered
-- The received requests without a reply, or with one that the hub refused, of all hits.
select request.request_id, request.direction, request.sealed_content as sealed_request, null as sealed_reply,
    null as problem, reply_message.problem as reply_problem
from exchange_request as request
left join exchange_reply as reply using (request_id)
left join outbox_message as reply_message on reply_message.message_id = reply.message_id
where request.direction = 'received' and (reply.request_id is null or reply_message.problem is not null);

-- name: add_reply
-- A reply that was sent or received; no row when there is one, unless the hub refused it.
insert into exchange_reply (request_id, sealed_content, replied_at, message_id)
values (%(request_id)s, %(sealed_content)s, %(replied_at)s, %(message_id)s)
on conflict (request_id) do update
set sealed_content = excluded.sealed_content, replied_at = excluded.replied_at, message_id = excluded.message_id
where exists (
    select from outbox_message as message
    where message.message_id = exchange_reply.message_id and message.problem is not null
)
returning request_id;
