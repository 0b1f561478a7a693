"""What operators see of a running server: metrics, logs, traces.

Logs and traces are off unless they are asked for. Metrics and logs hold no text of questions, answers or articles;
traces do.
"""
