#!/usr/bin/env bash
# Checks the drafts against the articles. Ends with 1 if a quotation is altered or misattributed, or a claim contradicted.
#     examples/draft_in_ci/check_drafts.sh ARTICLES DRAFT...
set -euo pipefail
library=$(mktemp -d)
trap 'rm -rf "$library"' EXIT
rag --home "$library/home" init --empty
rag --home "$library/home" add "$1"
shift
status=0
for draft in "$@"; do
  echo "== $draft"
  rag --home "$library/home" check-draft "$draft" || status=1
done
exit "$status"
