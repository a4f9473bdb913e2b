-- When this node last met a delivery from its own future; one row.
create table slow_clock (
    only_row boolean primary key default true check (only_row),
    seen_at timestamptz not null
);
