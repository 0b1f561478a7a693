# The page and the API. docs/operations.md says how to run it.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY rag ./rag
COPY evals ./evals
COPY corpus ./corpus
COPY prompts ./prompts
RUN python -m venv /opt/rag \
    && /opt/rag/bin/pip install --no-cache-dir ".[postgres,tracing]"

FROM python:3.13-slim
# The system's certificates: the client of model servers trusts those and no others.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin rag \
    && install --directory --owner=rag --group=rag /data
COPY --from=build /opt/rag /opt/rag
ENV PATH=/opt/rag/bin:$PATH \
    RAG_HOME=/data \
    RAG_LOG_FORMAT=json
USER 10001
WORKDIR /home/rag
VOLUME /data
EXPOSE 7860
# /health needs no key. It answers 503 while the library cannot be used, for which urlopen raises.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=8)"]
ENTRYPOINT ["rag"]
# Without RAG_API_KEY it refuses to start: other machines can reach this address.
CMD ["serve", "--host", "0.0.0.0"]
