"""Backup, consistency check and refresh of replicas."""
