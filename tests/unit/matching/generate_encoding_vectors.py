"""Writes encoding_vectors.json anew: python tests/unit/matching/generate_encoding_vectors.py.

Only after a deliberate change of the encoding, which is a change of the wire format and needs a new schema id.
"""

import hmac
import json
from importlib import resources
from pathlib import Path

from symbolon.matching import identifiers as ids
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, schema_digest

RECORDS = (
    ids.RecordIdentifiers(
        names=(ids.parse_person_name("สมชาย ใจดี"), ids.parse_person_name("Somchai Jaidee")),
        birth_date=ids.parse_birth_date("2533-05-03"),
        nationality=ids.parse_nationality("TH"),
        sex=ids.parse_sex("M"),
        place=ids.parse_place("Mae Sot"),
        documents=(ids.parse_document("AA1234567", "passport", "XA"),),
    ),
    ids.RecordIdentifiers(
        names=(ids.parse_person_name("রহিমা খাতুন চৌধুরী"),),
        birth_date=ids.parse_birth_date("1990"),
        nationality=ids.parse_nationality("BD"),
        phones=(ids.parse_phone("+8801712345678"),),
    ),
    ids.RecordIdentifiers(
        vessels=(ids.parse_vessel("9074729", "567123456", "Sea Star"),),
        vehicles=(ids.parse_vehicle("กข 1234", "TH"),),
        accounts=(ids.parse_account("promptpay", "0812345678"),),
        online_handles=(ids.parse_online_handle("telegram", "@broker"),),
    ),
)


def main() -> None:
    package, name = DEFAULT_SCHEMA_RESOURCE
    data = resources.files(package).joinpath(name).read_bytes()
    schema = LinkageSchema.from_bytes(data)
    key = b"test linkage key, epoch 1"
    encoder = RecordEncoder(schema, lambda label: hmac.digest(key, label.encode(), "sha256"))
    vectors = [
        {"identifiers": record.to_json(), "encoding": encoder.encode(record).to_bytes().hex()} for record in RECORDS
    ]
    content = {"schema_digest": schema_digest(data), "records": vectors}
    target = Path(__file__).parent / "encoding_vectors.json"
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
