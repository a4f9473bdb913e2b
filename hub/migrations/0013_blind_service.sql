-- How many tokens a member had evaluated by way of the hub on a day: a budget, beside the operators' own.
CREATE TABLE token_budget (
    member text NOT NULL,
    day    date NOT NULL,
    tokens integer NOT NULL,
    PRIMARY KEY (member, day)
);

-- That the operators did not agree, and nothing is compared until somebody says so; no row while all is well.
CREATE TABLE comparison_stop (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    since    timestamptz NOT NULL
);

-- How many records an operator said that it holds.
ALTER TABLE blind_operator ADD COLUMN records bigint NOT NULL DEFAULT 0;
