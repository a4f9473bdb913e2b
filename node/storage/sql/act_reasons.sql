-- Why officers held a hit for safety, or reopened it.

-- name: add_reason
-- One reason, its words sealed.
insert into act_reason (reason_id, hit_id, login, act, sealed_text, given_at)
values (%(reason_id)s, %(hit_id)s, %(login)s, %(act)s, %(sealed_text)s, %(given_at)s);

-- name: list_reasons
-- The reasons about a hit, in their order.
select reason_id, login, act, sealed_text, given_at from act_reason where hit_id = %(hit_id)s order by place;
