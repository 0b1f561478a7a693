"""Reads letters: e-mail messages, newsletters, mailboxes."""
