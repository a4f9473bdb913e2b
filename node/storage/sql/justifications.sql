-- Why somebody looked at a protected hit.

-- name: add_justification
-- One reason; its words are sealed.
insert into justification (justification_id, hit_id, login, visit, reason, sealed_text, given_at)
values (%(justification_id)s, %(hit_id)s, %(login)s, %(visit)s, %(reason)s, %(sealed_text)s, %(given_at)s);

-- name: find_newest_reason
-- The last reason of a visit for a hit, after a moment.
select reason
from justification
where visit = %(visit)s and hit_id = %(hit_id)s and given_at > %(since)s
order by given_at desc
limit 1;
