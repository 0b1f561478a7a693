"""Articles are split, encoded, stored, and brought into the indexes."""
