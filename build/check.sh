#!/usr/bin/env bash
# Everything that a change must pass, for people and for machines: build/check.sh
# Builds with warnings as errors, checks the formatting, runs the tests, and runs the examples as a user would.
# The last line counts the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Idle threads of libtorch sleep instead of spinning, so that a shared machine does not become very slow.
export OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '\n== %s\n' "$1"; }

step "Build (warnings are errors)"
dotnet build MLNet.Procrustean.sln -c Release

step "Formatting"
dotnet tool restore
dotnet csharpier check .
Configuration=Release dotnet format style MLNet.Procrustean.sln --verify-no-changes --no-restore
Configuration=Release dotnet format analyzers MLNet.Procrustean.sln --verify-no-changes --no-restore

step "Tests"
tests=0
dotnet test -c Release --no-build --logger "console;verbosity=normal" 2>&1 | tee "$work/tests.log" || tests=$?

step "Examples"
set +e # left of || or in a condition, bash would let the examples continue after a failure
(
  set -e
  run() { dotnet run -c Release --no-build --project "examples/$1" -- "${@:2}"; }
  dotnet run -c Release --project examples/QuickStart
  test -s quickstart-output/quickstart.png
  parts=quickstart-output/parts
  run TrainFolder --train $parts/train --test $parts/test --backbone cifar-resnet-8 --image-size 32 --epochs 1 \
    --model "$work/model.zip" --json "$work/results.json"
  grep -q '"macroAccuracy"' "$work/results.json"
  run Predict "$work/model.zip" $parts/test/gear/000.png
)
examples=$?
set -e

# Over all test projects, each of which ends with its own counts.
total() { sed -n "s/^ *$1: *\([0-9]*\)$/\1/p" "$work/tests.log" | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(total Passed) failed=$(total Failed) skipped=$(total Skipped)
[ "$examples" -eq 0 ] || echo "The examples failed."
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$tests" -eq 0 ] && [ "$examples" -eq 0 ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
