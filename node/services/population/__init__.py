"""A synthetic population of the region: name words by language, most frequent first, written for it."""
