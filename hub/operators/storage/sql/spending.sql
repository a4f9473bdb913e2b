-- name: list_spending
-- What members used of a day's budgets.
select member, kind, amount from spending where day = %(day)s order by member, kind;

-- name: spend
-- Take from a member's budget of the day; no row where that would be more than it has.
insert into spending (member, day, kind, amount) values (%(member)s, %(day)s, %(kind)s, %(amount)s)
on conflict (member, day, kind) do update set amount = spending.amount + excluded.amount
where spending.amount + excluded.amount <= %(most)s
returning amount;

-- name: forget_spending
-- Budgets of days that are over.
delete from spending where day < %(before)s;
