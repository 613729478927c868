#!/bin/sh
# tools/viewc: what it prints, and every place that it refuses.
exec python3 "$(dirname "$0")/viewc_test.py"
