-- Versions that nobody was compared with, since an operator could not use their shares: the newest one of each record.
create table not_compared (
    reference uuid primary key references record on delete cascade,
    version integer not null,
    told_at timestamptz not null
);
