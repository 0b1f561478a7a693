"""What several readers share: opened files, bounded archives, markup as text."""
