-- name: list_spending
-- What members used of a day's budgets.
select member, kind, amount from spending where day = %(day)s order by member, kind;
