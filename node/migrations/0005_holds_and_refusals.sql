-- A released hit goes back to where it was held from. What was held before this was known goes back to the vote.
alter table hit add column held_from text;
update hit set held_from = 'DETECTED' where joint_state = 'HELD';
alter table hit add check ((joint_state = 'HELD') = (held_from is not null));
-- False while this node holds the hit of its own accord and the hub has not said so yet.
alter table hit add column hold_confirmed boolean not null default true;
-- The hub's time of its newest word on a hold or release: an older one that comes later changes nothing.
alter table hit add column hold_notice_at timestamptz;
-- This side's decision on the hold, from the moment that it was made until the hub's notice comes.
alter table hit add column hold_decision text check (hold_decision in ('release', 'close'));

-- The message that carries an act, so that a refusal by the hub is seen where the act is shown.
alter table hit add column hold_message_id uuid;
alter table vote add column message_id uuid;
alter table exchange_request add column message_id uuid;
alter table exchange_reply add column message_id uuid;
