-- In which order members' messages were accepted: what is older, or came before, is refused. And in which order this
-- node issued its own.

-- name: find_sight
-- Under which delivery a message came, and the time of issue of the newest of its lane.
select
    (
        select delivery_id from sender_message where sender = %(sender)s and message_id = %(message_id)s
    ) as delivery_id,
    (
        select newest_issued_at from sender_lane where sender = %(sender)s and topic = %(topic)s
    ) as newest_issued_at;

-- name: note_lane
-- The newest message of a lane.
insert into sender_lane (sender, topic, newest_issued_at)
values (%(sender)s, %(topic)s, %(issued_at)s)
on conflict (sender, topic) do update
set newest_issued_at = greatest(sender_lane.newest_issued_at, excluded.newest_issued_at);

-- name: note_message
-- Which delivery brought a message.
insert into sender_message (sender, message_id, delivery_id)
values (%(sender)s, %(message_id)s, %(delivery_id)s)
on conflict (sender, message_id) do nothing;

-- name: lock_own_lanes
-- The newest time of issue of this node's own lanes, until the transaction ends.
select nullif(newest_issued_at, '-infinity') as newest_issued_at from own_lane
where (audience, topic) in (select * from unnest(%(audiences)s::text[], %(topics)s::text[]))
order by audience, topic
for update;

-- name: note_own_lanes
-- A time of issue, before the try; the one before it is kept as long as the hub has not answered.
insert into own_lane (audience, topic, newest_issued_at)
select lane.audience, lane.topic, %(issued_at)s
from unnest(%(audiences)s::text[], %(topics)s::text[]) as lane (audience, topic)
order by lane.audience, lane.topic
on conflict (audience, topic) do update
set former_issued_at = own_lane.newest_issued_at, newest_issued_at = excluded.newest_issued_at;

-- name: take_back_own_lanes
-- The hub said that this time of issue lies in the future: nothing of it counts. What it took before cannot lie further
-- ahead than clocks may differ.
update own_lane
set newest_issued_at = least(coalesce(former_issued_at, '-infinity'), %(latest)s), former_issued_at = null
where newest_issued_at = %(issued_at)s
  and (audience, topic) in (select * from unnest(%(audiences)s::text[], %(topics)s::text[]));
