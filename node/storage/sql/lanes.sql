-- In which order members' messages were accepted: what is older, or came before, is refused.

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
