-- What own records said when pairs were judged not the same.

-- name: find_key
-- A record's key for the digests of its facts.
select sealed_key from record_fact_key where reference = %(reference)s;

-- name: add_key
-- A key for a record that has none.
insert into record_fact_key (reference, sealed_key) values (%(reference)s, %(sealed_key)s)
on conflict (reference) do nothing;

-- name: forget_pair
-- An earlier judgement of the same pair of records counts no more.
delete from judged_facts
using hit as earlier, hit as present
where judged_facts.hit_id = earlier.hit_id and present.hit_id = %(hit_id)s
  and earlier.own_reference = present.own_reference
  and earlier.counterpart_reference = present.counterpart_reference;

-- name: add_facts
-- What the record said at this judgement.
insert into judged_facts (hit_id, reference, facts) values (%(hit_id)s, %(reference)s, %(facts)s);

-- name: list_facts
-- What a record said at each of its judgements.
select hit_id, facts from judged_facts where reference = %(reference)s order by hit_id;

-- name: list_judged
-- Those of some records of which a judgement is remembered.
select distinct reference from judged_facts where reference = any(%(references)s::uuid[]);

-- name: forget_facts
-- The judgements of a record that is erased.
delete from judged_facts where reference = %(reference)s;

-- name: forget_key
-- Without its key no digest can be compared with anything.
delete from record_fact_key where reference = %(reference)s;
