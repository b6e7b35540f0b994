"""Whether the lists add up: from the records that were read to the changes, and against second sources."""
