"""Debates: labelled pairs of quotes and labelled positions of articles."""
