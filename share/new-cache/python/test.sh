#!/bin/sh
# The gate: exit code 0 is a pass. Five seeds are a first look; CI runs more. Options are added: ./test.sh --seeds 50
cd "$(dirname "$0")" || exit 4
exec "${STRAYFRAME:-strayframe}" gate --seeds 5 --junit gate.xml --candidate 'exec:python3 @NAME@.py' "$@"
