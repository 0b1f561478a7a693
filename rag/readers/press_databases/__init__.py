"""Splits downloads of LexisNexis, Factiva and ProQuest into articles."""
