#!/usr/bin/env bash
# The action's inputs as options of `pgbench-drivers gate`, its exit code as the outcome.
set -euo pipefail
toolbench="$(cd "$(dirname "$0")/../../.." && pwd)"

options=(--max-regression "$MAX_REGRESSION" --output "$OUTPUT")
options+=(--junit "$OUTPUT/gate.xml" --summary "$OUTPUT/summary.md")
if [ -n "$BASE_REF" ]; then options+=(--base-ref "$BASE_REF"); fi
if [ -n "$AGAINST" ]; then options+=(--against "$AGAINST"); fi

# Words, and no file names for what looks like a pattern.
set -f
for glob in $DRIVERS; do options+=(--drivers "$glob"); done
for glob in $QUERIES; do options+=(--queries "$glob"); done
for argument in $ARGUMENTS; do options+=("$argument"); done

mkdir -p "$OUTPUT"
code=0
"$toolbench/.venv/bin/pgbench-drivers" gate "${options[@]}" || code=$?
case "$code" in
  0) outcome=passed ;;
  1) outcome=regression ;;
  2) outcome=usage ;;
  *) outcome=unmeasured ;;
esac
echo "outcome=$outcome" >> "$GITHUB_OUTPUT"
exit "$code"
