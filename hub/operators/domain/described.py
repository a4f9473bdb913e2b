"""What the hub says of a segment must be what the schema says of such rows: nothing of it is the hub's to choose.

Rows of another width would be slices of vectors, compared one by one; a profile's rows that name no other profiles
would be compared also where another profile judges.
"""

from symbolon.matching.blind.number_vectors import NUMBER_BITS
from symbolon.matching.blind.shared_record import EXPLAINED, NUMBERED
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.messages_operators import SegmentDescription


def fits_schema(schema: LinkageSchema, segment: SegmentDescription) -> bool:
    """Whether it has the width of its kind and, if it is of a profile, names the profiles that its records fill."""
    if segment.what.startswith(EXPLAINED):
        form = schema.explanations.get(segment.what.removeprefix(EXPLAINED))
        return form is not None and segment.bits == form.bits and not segment.filled
    if segment.what.startswith(NUMBERED):
        known = segment.what.removeprefix(NUMBERED) in schema.decisive_tokens
        return known and segment.bits == NUMBER_BITS and not segment.filled
    profiles = {profile.id for profile in schema.profiles}
    return (
        segment.bits == schema.vector_bits
        and segment.what in segment.filled
        and profiles.issuperset(segment.filled)
        and len(set(segment.filled)) == len(segment.filled)
    )
