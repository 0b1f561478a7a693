"""The phrases by which a question asks for something else than a fact.

They are regular expressions. They are matched against a question in lower case whose names of authors, publications,
topics, articles and days are replaced by the placeholders @authorname, @sourcename, @topicname, @articlename and
@datename. They hold words of the English language alone, and none of a collection.
"""
