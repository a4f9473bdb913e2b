-- Reviews of records, legal holds, and what was done for data subjects.

-- name: list_due
-- Records to review until a day (null: all), or those alone on which a legal hold lies. Days are UTC's. Of the kinds
-- that somebody may see: protected (a victim's or minor's) or not; what they may not is not even read.
select reference
from record
where erased_at is null
  and coalesce(category in ('victim', 'minor'), false) = any(%(protected)s)
  and (%(last_day)s::date is null or review_date <= %(last_day)s)
  and (
      not %(on_hold_alone)s
      or exists (
          select from legal_hold as hold where hold.reference = record.reference and hold.lifted_at is null
      )
  );

-- name: list_on_hold
-- Those of these records on which a legal hold lies.
select reference from legal_hold where reference = any(%(references)s::uuid[]) and lifted_at is null;

-- name: list_held_and_due
-- Records under a legal hold that the hub would let expire before a day.
select record.reference
from record
join legal_hold as hold on hold.reference = record.reference and hold.lifted_at is null
where record.review_date < %(before)s and record.publication in ('queued', 'published')
order by record.reference
limit %(limit)s;

-- name: count_renewals
-- How often each of these records was renewed.
select reference, count(*) as renewals
from record_renewal
where reference = any(%(references)s::uuid[])
group by reference;

-- name: list_renewals
-- A record's renewals, newest first.
select renewal_id, due_before, due_after, reason, sealed_text, login, renewed_at
from record_renewal
where reference = %(reference)s
order by renewed_at desc;

-- name: add_renewal
-- One renewal; its words are sealed.
insert into record_renewal (renewal_id, reference, due_before, due_after, reason, sealed_text, login, renewed_at)
values (
    %(renewal_id)s, %(reference)s, %(due_before)s, %(due_after)s, %(reason)s, %(sealed_text)s, %(login)s,
    %(renewed_at)s
);

-- name: list_withdrawals
-- The times that a person took a record back, newest first.
select withdrawal_id, ground, sealed_text, login, withdrawn_at
from record_withdrawal
where reference = %(reference)s
order by withdrawn_at desc;

-- name: add_withdrawal
-- One withdrawal by a person; its words are sealed.
insert into record_withdrawal (withdrawal_id, reference, ground, sealed_text, login, withdrawn_at)
values (%(withdrawal_id)s, %(reference)s, %(ground)s, %(sealed_text)s, %(login)s, %(withdrawn_at)s);

-- name: list_holds
-- The legal holds of a record, newest first.
select hold_id, set_by, set_at, sealed_reason, lifted_by, lifted_at, sealed_lifting
from legal_hold
where reference = %(reference)s
order by set_at desc;

-- name: add_hold
-- A legal hold, where none lies on the record.
insert into legal_hold (hold_id, reference, set_by, set_at, sealed_reason)
values (%(hold_id)s, %(reference)s, %(set_by)s, %(set_at)s, %(sealed_reason)s)
on conflict (reference) where lifted_at is null do nothing
returning hold_id;

-- name: find_hold
-- The legal hold that lies on a record, to be lifted.
select hold_id from legal_hold where reference = %(reference)s and lifted_at is null for update;

-- name: lift_hold
-- The end of a legal hold; its reason is kept with it.
update legal_hold
set lifted_by = %(lifted_by)s, lifted_at = %(lifted_at)s, sealed_lifting = %(sealed_lifting)s
where hold_id = %(hold_id)s;

-- name: list_records_after
-- The next records that hold something, of the kinds that somebody may see, in the order of reference.
select reference
from record
where erased_at is null and reference > %(after)s
  and coalesce(category in ('victim', 'minor'), false) = any(%(protected)s)
order by reference
limit %(limit)s;

-- name: find_erasure
-- When a record was erased; null, or no row, where it was not.
select erased_at from record where reference = %(reference)s;

-- name: mark_erased
-- What is left of this record names nobody; the state's own id is free again.
update record set erased_at = %(now)s, lookup = %(lookup)s, refusal = null where reference = %(reference)s;

-- name: forget_case
-- The case of an erased record, where no other record belongs to it.
delete from case_file where case_id = %(case_id)s and not exists (
    select from record where record.case_id = case_file.case_id
);

-- name: forget_renewals
-- The words of an erased record's renewals.
delete from record_renewal where reference = %(reference)s;

-- name: forget_withdrawals
-- The words of an erased record's withdrawals.
delete from record_withdrawal where reference = %(reference)s;

-- name: forget_holds
-- The words of an erased record's legal holds, none of which is in force.
delete from legal_hold where reference = %(reference)s and lifted_at is not null;

-- name: forget_facts
-- What an erased record said when its pairs were judged.
delete from judged_facts where reference = %(reference)s;

-- name: forget_fact_key
-- The key of an erased record's facts.
delete from record_fact_key where reference = %(reference)s;

-- name: forget_interests
-- Who wanted to hear of an erased record.
delete from standing_interest where reference = %(reference)s;

-- name: forget_reasons_to_look
-- Why somebody looked at hits of an erased record.
delete from justification where hit_id in (select hit_id from hit where own_reference = %(reference)s);

-- name: add_act
-- One thing done for a data subject.
insert into data_subject_act (act_id, kind, reference, login, done_at, counts)
values (%(act_id)s, %(kind)s, %(reference)s, %(login)s, %(done_at)s, %(counts)s);

-- name: list_acts
-- What was done for data subjects, about records of the kinds that somebody may see; newest first.
select act.kind, act.reference, act.login, act.done_at, act.counts
from data_subject_act as act
join record using (reference)
where coalesce(record.category in ('victim', 'minor'), false) = any(%(protected)s)
  and (%(reference)s::uuid is null or act.reference = %(reference)s)
order by act.done_at desc, act.act_id;
