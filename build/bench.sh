#!/usr/bin/env bash
# Measures speed and memory and prints tables:
#   build/bench.sh [training] [decoding] [scoring] [engines] [memory] [scaling] [--blocks N] [--quick] [--out FILE]
# Runs all sections when none is named. The figures are meaningful only on a machine that does nothing else.
# README.md says where PyTorch comes from.
#   build/bench.sh accuracy TRAIN TEST [option of examples/Benchmark]...
# compares the accuracy of the default, of plain training and of what ML.NET offers without this library on two image folders.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/MLNet.Procrustean.Benchmarks"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if [ "${1-}" = accuracy ]; then
  : "${3?build/bench.sh accuracy takes a training folder and a test folder.}"
  exec dotnet run -c Release --project "$root/examples/Benchmark" -- --train "$2" --test "$3" \
    --strategy recommended --strategy plain --peer frozen-features --peer frozen-features-weighted "${@:4}"
fi

dotnet build "$project" -c Release --verbosity quiet >&2
# Where libtorch cannot use NNPACK, it says so at each convolution of a small batch.
dotnet run -c Release --no-build --project "$project" -- "$@" 2> >(grep -v --line-buffered NNPACK >&2)
