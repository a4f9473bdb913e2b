-- What an older release kept of exchanges, moved once to where they are kept now.

-- name: name_own_code
-- Hits of an older release, which did not name this node's own code.
update hit set own_code = %(own)s where own_code is null;

-- name: lock_former_requests
-- Requests that still lie in their former table, with their replies.
select request.request_id, request.hit_id, request.direction, request.content, request.sealed_content,
    request.requested_at, request.message_id, reply.content as reply_content,
    reply.sealed_content as sealed_reply, reply.replied_at, reply.message_id as reply_message_id,
    message.problem, reply_message.problem as reply_problem,
    reply.request_id is not null as is_answered
from exchange_request as request
left join exchange_reply as reply using (request_id)
left join outbox_message as message on message.message_id = request.message_id
left join outbox_message as reply_message on reply_message.message_id = reply.message_id
order by request.request_id
limit %(limit)s
for update of request;

-- name: add_exchange_to_ledger
-- The exchange of a moved request, as its hit's ledger has it.
update hit set ledger = jsonb_set(ledger, '{exchanges}', (ledger -> 'exchanges') || %(exchange)s::jsonb)
where hit_id = %(hit_id)s;

-- name: find_parties
-- The two parties of a hit.
select own_code, counterpart from hit where hit_id = %(hit_id)s;

-- name: remove_former_reply
-- The reply, once it was moved.
delete from exchange_reply where request_id = %(request_id)s;

-- name: remove_former_request
-- The request, once it was moved.
delete from exchange_request where request_id = %(request_id)s;
