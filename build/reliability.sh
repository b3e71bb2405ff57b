#!/usr/bin/env bash
# Runs the fault tests and writes the list of docs/reliability.md: build/reliability.sh [--long]
# --long also runs those that take from minutes to half an hour each (two hours in all). If a test fails, the script stops and the list
# stays unchanged.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MLNET_PROCRUSTEAN_FAULTS="$work"
for tests in test/MLNet.Procrustean.Tests test/MLNet.Procrustean.Programs.Tests test/MLNet.Procrustean.Onnx.Tests; do
  dotnet build "$tests" -c Release
  dotnet test "$tests" -c Release --no-build --filter TestCategory=Reliability
  if [ "${1:-}" = --long ]; then
    dotnet test "$tests" -c Release --no-build --filter TestCategory=LongReliability
  fi
done
dotnet run build/reliability-table.cs -- "$work/faults.txt" docs/reliability.md
