-- Expiry looks also at records that were at the hub and may have live hits there still.
drop index record_by_review_date;
create index record_by_review_date on record (review_date)
    where publication in ('queued', 'published', 'unpublished', 'refused');
