-- The member directory, the cards that members are known by, and linkage keys that nobody has accepted yet.

-- name: find_directory
-- The newest member directory, as the hub signed it.
select body from member_directory;

-- name: save_directory
-- A newer member directory; an older one never takes its place.
insert into member_directory (directory_version, body, fetched_at)
values (%(directory_version)s, %(body)s, %(fetched_at)s)
on conflict (only_row) do update
set directory_version = excluded.directory_version, body = excluded.body, fetched_at = excluded.fetched_at
where member_directory.directory_version <= excluded.directory_version;

-- name: list_pinned_cards
-- The card that each member is known by.
select body from pinned_card order by code;

-- name: pin_card
-- A card that was seen for the first time, or whose fingerprint was compared.
insert into pinned_card (code, body, pinned_at)
values (%(code)s, %(body)s, %(pinned_at)s)
on conflict (code) do update set body = excluded.body, pinned_at = excluded.pinned_at;

-- name: list_refused_cards
-- Cards of the newest directory that differ from the pinned ones.
select body from refused_card order by code;

-- name: refuse_card
-- A card that waits for somebody to compare its fingerprint.
insert into refused_card (code, body, refused_at) values (%(code)s, %(body)s, %(refused_at)s);

-- name: forget_refused_card
-- What was said in place of a member's card is settled.
delete from refused_card where code = %(code)s;

-- name: forget_refused_cards
-- A newer directory says anew what it has in place of the pinned cards.
delete from refused_card;

-- name: keep_key_offer
-- A linkage key that a member sent, sealed; an older one never takes the place of a newer one.
insert into linkage_key_offer (sender, envelope, issued_at, received_at)
values (%(sender)s, %(envelope)s, %(issued_at)s, %(received_at)s)
on conflict (sender) do update
set envelope = excluded.envelope, issued_at = excluded.issued_at, received_at = excluded.received_at
where linkage_key_offer.issued_at <= excluded.issued_at;

-- name: find_key_offer
-- The linkage key that a member sent and nobody has accepted yet.
select envelope from linkage_key_offer where sender = %(sender)s;

-- name: list_key_offers
-- Whose linkage keys wait to be accepted.
select sender from linkage_key_offer order by sender;

-- name: drop_key_offer
-- The linkage key was accepted, or refused.
delete from linkage_key_offer where sender = %(sender)s;
