-- Drafts on their way to a second officer, and contacts that were entered by hand.

-- name: add_draft
-- A new draft.
insert into release_draft (draft_id, hit_id, exchange_id, purpose, state, drafted_by, offices, drafted_at, submitted_at,
    decided_by, version, sealed_content)
values (%(draft_id)s, %(hit_id)s, %(exchange_id)s, %(purpose)s, %(state)s, %(drafted_by)s, %(offices)s, %(drafted_at)s,
    %(submitted_at)s, %(decided_by)s, %(version)s, %(sealed_content)s);

-- name: save_draft
-- What changes in a draft; the message that it became is noted once, and stays.
update release_draft
set state = %(state)s, drafted_by = %(drafted_by)s, offices = %(offices)s, drafted_at = %(drafted_at)s, submitted_at = %(submitted_at)s,
    decided_by = %(decided_by)s, version = %(version)s, sealed_content = %(sealed_content)s,
    message_id = coalesce(%(message_id)s, message_id)
where draft_id = %(draft_id)s;

-- name: find_draft
-- One draft.
select draft_id, hit_id, exchange_id, purpose, state, drafted_by, offices, drafted_at, submitted_at, decided_by, version,
    sealed_content
from release_draft
where draft_id = %(draft_id)s;

-- name: lock_draft
-- One draft that is about to change.
select draft_id, hit_id, exchange_id, purpose, state, drafted_by, offices, drafted_at, submitted_at, decided_by, version,
    sealed_content
from release_draft
where draft_id = %(draft_id)s
for update;

-- name: lock_draft_of_message
-- The draft that became a message, about to change.
select draft_id, hit_id, exchange_id, purpose, state, drafted_by, offices, drafted_at, submitted_at, decided_by, version,
    sealed_content
from release_draft
where message_id = %(message_id)s
for update;

-- name: list_open_drafts
-- The drafts that are neither sent nor discarded, about hits that are (or are not) protected; the oldest first.
select draft.*
from release_draft as draft join hit using (hit_id)
where draft.state in ('draft', 'submitted', 'returned') and hit.protected = any(%(protected)s)
order by coalesce(submitted_at, drafted_at), draft_id;

-- name: list_drafts_of_hit
-- Every draft about a hit, the oldest first.
select draft_id, hit_id, exchange_id, purpose, state, drafted_by, offices, drafted_at, submitted_at, decided_by, version,
    sealed_content
from release_draft
where hit_id = %(hit_id)s
order by drafted_at, draft_id;

-- name: purge_drafts
-- Erases the drafts about a hit.
delete from release_draft where hit_id = %(hit_id)s returning draft_id;

-- name: add_contact
-- A contact that was entered by hand.
insert into past_contact (contact_id, reference, entered_by, sealed_content)
values (%(contact_id)s, %(reference)s, %(entered_by)s, %(sealed_content)s);

-- name: list_contacts
-- The contacts about the subjects of some records.
select contact_id, reference, entered_by, sealed_content
from past_contact
where reference = any(%(references)s::uuid[])
order by contact_id;

-- name: purge_contacts
-- Erases the contacts about the subject of a record.
delete from past_contact where reference = %(reference)s returning contact_id;
