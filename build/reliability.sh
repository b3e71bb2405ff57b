#!/usr/bin/env bash
# Tries the faults of docs/reliability.md and writes its table: build/reliability.sh [--long]
# With --long also those that take from minutes to half an hour each (two hours in all). A fault that is not survived ends it, and the table stays as it was.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MLNET_PROCRUSTEAN_FAULTS="$work"
dotnet build test/MLNet.Procrustean.Tests -c Release
dotnet test test/MLNet.Procrustean.Tests -c Release --no-build --filter TestCategory=Reliability
if [ "${1:-}" = --long ]; then
  dotnet test test/MLNet.Procrustean.Tests -c Release --no-build --filter TestCategory=LongReliability
fi
dotnet run build/reliability-table.cs -- "$work/faults.txt" docs/reliability.md
