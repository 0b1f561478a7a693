"""Which options a model server accepts, and which servers this machine has."""
