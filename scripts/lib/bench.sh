# Sourced by the benchmarks: release builds, the shared data, and the yardsticks.

. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# Everything is built at once, from the root: built by package, dependencies would have other
# features and be compiled again.
build_release() {
    need_rust
    say "Building for release …"
    cargo build --quiet --release --bins --examples
    target=$(target_directory)
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
