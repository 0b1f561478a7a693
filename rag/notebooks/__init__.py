"""How notebooks show answers, searches and lists of articles.

Text from articles, people and models is escaped: it is shown, and never acts as markup or as a formula.
"""
