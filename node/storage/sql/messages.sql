-- What both sides of a hit said, each message beside what became of the one that carried it.

-- name: add_message
-- A message that was sent or received; no row when it is known.
insert into exchange_message (
    message_id, hit_id, exchange_id, direction, purpose, sealed_content, said_at, sent_by, delete_by
)
values (
    %(message_id)s, %(hit_id)s, %(exchange_id)s, %(direction)s, %(purpose)s, %(sealed_content)s, %(said_at)s,
    %(sent_by)s, %(delete_by)s
)
on conflict (message_id) do nothing
returning message_id;

-- name: find_message
-- One message.
select said.*, carrier.problem, carrier.message_id is not null and carrier.delivered_at is null as on_its_way
from exchange_message as said
left join outbox_message as carrier on carrier.message_id = said.message_id and said.direction = 'sent'
where said.message_id = %(message_id)s;

-- name: list_of_hit
-- Everything that was said about a hit, in its order.
select said.*, carrier.problem, carrier.message_id is not null and carrier.delivered_at is null as on_its_way
from exchange_message as said
left join outbox_message as carrier on carrier.message_id = said.message_id and said.direction = 'sent'
where said.hit_id = %(hit_id)s
order by said.place;

-- name: list_of_hits
-- What was said of some kinds about some hits, in its order.
select said.*, carrier.problem, carrier.message_id is not null and carrier.delivered_at is null as on_its_way
from exchange_message as said
left join outbox_message as carrier on carrier.message_id = said.message_id and said.direction = 'sent'
where said.hit_id = any(%(hit_ids)s::uuid[]) and said.purpose = any(%(purposes)s)
order by said.place;

-- name: list_of_exchange
-- What belongs to one exchange, in its order.
select said.*, carrier.problem, carrier.message_id is not null and carrier.delivered_at is null as on_its_way
from exchange_message as said
left join outbox_message as carrier on carrier.message_id = said.message_id and said.direction = 'sent'
where said.hit_id = %(hit_id)s and said.exchange_id = %(exchange_id)s
order by said.place;

-- name: purge_of_hit
-- Takes away what was said about a hit, or in one exchange of it, by either side or by one.
delete from exchange_message
where hit_id = %(hit_id)s and (%(exchange_id)s::uuid is null or exchange_id = %(exchange_id)s)
  and (%(direction)s::text is null or direction = %(direction)s);
