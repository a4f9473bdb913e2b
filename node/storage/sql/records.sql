-- Records and the cases that group them.

-- name: add_case
-- A case that a record names; nothing happens when it is known.
insert into case_file (case_id, created_at)
values (%(case_id)s, %(created_at)s)
on conflict (case_id) do nothing;

-- name: find_digests
-- Of many local ids (by their keyed digests), those that are known: tells new, changed and unchanged.
select reference, local_id, identifiers, content_digest, sealed
from record
where lookup = any(%(lookups)s);

-- name: add_record
-- A new record, not published.
insert into record (
    reference, lookup, sealed, local_id, case_id, kind, identifiers, category, offence_group, urgency,
    given_review_date, review_date, compare_mode, compare_members, version, content_digest, publication, hub_version, refusal, changed_at
) values (
    %(reference)s, %(lookup)s, %(sealed)s, %(local_id)s, %(case_id)s, %(kind)s, %(identifiers)s, %(category)s,
    %(offence_group)s, %(urgency)s,
    %(given_review_date)s, %(review_date)s, %(compare_mode)s, %(compare_members)s, %(version)s, %(content_digest)s,
    %(publication)s, %(hub_version)s, %(refusal)s, %(changed_at)s
);

-- name: save_record
-- The whole of a record after a revision or a step of its publication; sealed, or in clear, as its category asks now.
update record
set sealed = %(sealed)s, local_id = %(local_id)s, case_id = %(case_id)s, kind = %(kind)s,
    identifiers = %(identifiers)s, category = %(category)s,
    offence_group = %(offence_group)s, urgency = %(urgency)s, given_review_date = %(given_review_date)s,
    review_date = %(review_date)s, compare_mode = %(compare_mode)s, compare_members = %(compare_members)s,
    version = %(version)s, content_digest = %(content_digest)s, publication = %(publication)s,
    hub_version = %(hub_version)s, refusal = %(refusal)s, changed_at = %(changed_at)s
where reference = %(reference)s;

-- name: set_publication
-- Steps of many records' publication that leave their contents as they are: one statement for all.
update record
set publication = step.publication, version = step.version, hub_version = step.hub_version, refusal = step.refusal,
    changed_at = %(changed_at)s
from unnest(
    %(references)s::uuid[], %(publications)s::text[], %(versions)s::int[], %(hub_versions)s::int[], %(refusals)s::text[]
) as step (reference, publication, version, hub_version, refusal)
where record.reference = step.reference;

-- name: find_record
-- One record by its reference.
select * from record where reference = %(reference)s;

-- name: find_records
-- Several records by their references.
select * from record where reference = any(%(references)s::uuid[]);

-- name: find_record_by_lookup
-- One record by the keyed digest of the state's own id.
select * from record where lookup = %(lookup)s;

-- name: lock_records
-- Records that are about to change, locked in one order so that two changes cannot wait for each other.
select * from record
where reference = any(%(references)s::uuid[])
order by reference
for update;

-- name: lock_publishable
-- The next records that may be published (their category is set), in the order of reference. Those that were withdrawn
-- or refused, or are published and compared with nobody, go out again only when they are named.
select * from record
where (publication = 'unpublished' or (%(lookups)s::bytea[] is not null and (
    publication in ('withdrawn', 'refused') or (publication = 'published' and refusal is not null)
  )))
  and category is not null and erased_at is null and reference > %(after)s
  and (%(case_id)s::text is null or case_id = %(case_id)s)
  and (%(lookups)s::bytea[] is null or lookup = any(%(lookups)s))
order by reference
limit %(limit)s
for update;

-- name: list_without_category
-- Local ids of the records that are kept but not published because their subject category is not set.
select local_id from record
where category is null and erased_at is null
order by local_id;

-- name: find_references
-- References of the records that are named by their local ids, or belong to a case.
select reference, local_id, identifiers, content_digest, sealed
from record
where lookup = any(%(lookups)s) or case_id = %(case_id)s;

-- name: list_expired
-- Records whose review date has passed and that are at the hub, on their way, or were there and may have live hits still
-- (a reclassification leaves them held): they are withdrawn. The day itself is the last on which they may be at the hub,
-- as in the hub's own rule; days are UTC's at either. Not while a legal hold lies on them.
select reference from record
where review_date < %(today)s
  and not exists (
      select from legal_hold as hold where hold.reference = record.reference and hold.lifted_at is null
  )
  and (
      publication in ('queued', 'published')
      or (
          publication in ('unpublished', 'refused')
          and exists (
              select from outbox_item as item
              where item.reference = record.reference and item.kind = 'submission' and item.batch_id is not null
          )
      )
  )
order by reference
limit %(limit)s;

-- name: list_records
-- The list for an administrator, in no order: what it may be sorted by may be sealed. Every filter that is null or
-- false lets all pass. Of the kinds that somebody may see: protected (a victim's or minor's) or not.
select
    local_id, identifiers, content_digest, sealed, case_id, reference, kind, category, publication, version,
    hub_version, review_date, changed_at, refusal
from record
where erased_at is null
  and coalesce(category in ('victim', 'minor'), false) = any(%(protected)s)
  and (%(publications)s::text[] is null or publication = any(%(publications)s))
  and (not %(refused)s or refusal is not null)
  and (not %(category_not_set)s or category is null)
  and (%(case_id)s::text is null or case_id = %(case_id)s)
  and (%(review_before)s::date is null or review_date < %(review_before)s);

-- name: count_refused
-- Records that hold a reason why they were not taken, but for victims' and minors'.
select count(*) as refused from record where refusal is not null and coalesce(category not in ('victim', 'minor'), true);

-- name: count_by_publication
-- How many records there are in each state of publication, and how many of them lack a category; but for victims' and
-- minors', of which the protection officer alone may know.
select publication, count(*) as records, count(*) filter (where category is null) as without_category
from record
where coalesce(category not in ('victim', 'minor'), true)
group by publication
order by publication;

-- name: add_import_run
-- One finished import, for the record of who imported what.
insert into import_run (
    run_id, imported_by, imported_at, file_digest, outcome, row_count, new_count, revised_count, bad_count
) values (
    %(run_id)s, %(imported_by)s, %(imported_at)s, %(file_digest)s, %(outcome)s, %(row_count)s, %(new_count)s,
    %(revised_count)s, %(bad_count)s
);
