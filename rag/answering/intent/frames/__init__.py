"""Patterns of questions that ask for something other than a fact.

The regular expressions are matched against a question in lower case. Its names of authors, publications, topics,
articles and days are replaced by the placeholders @authorname, @sourcename, @topicname, @articlename and @datename. The
patterns contain only English words, and no name of any collection.
"""
