"""What operators see of a running server: metrics, logs, traces. None of it is on unless it is asked for, but /metrics.

Metrics and logs hold no text of questions, answers or articles; traces do.
"""
