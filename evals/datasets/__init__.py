"""What is known of the right answers, and the articles asked about."""
