#!/usr/bin/env bash
# Measures speed and memory and prints tables:
#   build/bench.sh [training] [decoding] [scoring] [memory] [scaling] [--blocks N] [--quick] [--out FILE]
# Runs all sections when none is named. The figures are meaningful only on a machine that does nothing else.
# README.md says where PyTorch comes from.
set -euo pipefail
project="$(cd "$(dirname "$0")/.." && pwd)/test/MLNet.Procrustean.Benchmarks"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build "$project" -c Release --verbosity quiet >&2
# Where libtorch cannot use NNPACK, it says so at each convolution of a small batch.
dotnet run -c Release --no-build --project "$project" -- "$@" 2> >(grep -v --line-buffered NNPACK >&2)
