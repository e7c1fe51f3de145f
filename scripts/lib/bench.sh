# Sourced by the benchmarks: release builds, the shared data, and the yardsticks.
# shellcheck shell=bash disable=SC2034  # its variables are for those that source it

. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# build_measured: everything at once, from the root. Built by package, dependencies would have other
# features and be compiled again. The programs are then in $programs.
build_measured() {
    need_rust
    say "Building …"
    cargo build --quiet --profile measure --bins --examples
    programs=$(target_directory)/measure
}

model=$root/models/all-minilm-l6-v2
data=${INTELLIMAINT_DATA:-$root/../shared/data}

# Python with onnxruntime, as $python.
need_onnxruntime() {
    need_python
    local venv=.venv/onnxruntime requirements=scripts/bench.d/onnxruntime.requirements.txt
    if ! cmp -s "$requirements" "$venv/.requirements"; then
        say "Installing onnxruntime …"
        python3 -m venv --clear "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
        cp "$requirements" "$venv/.requirements"
    fi
    python=$venv/bin/python
}
