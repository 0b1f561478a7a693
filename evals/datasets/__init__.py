"""Datasets: questions with known answers, and the articles that they are about."""
