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

# start_measured: the whole system, until the script ends, with the ports 3900 to 3903. Its data is in $folder, and
# $system is its process.
start_measured() {
    folder=$(mktemp -d)
    # The plan with the most questions: what is measured must not end it.
    export DEFAULT_PLAN=team
    RUST_LOG=warn "$programs/intellimaint" --data-dir "$folder" --gateway-port 3900 --services-port 3901 \
        --dynamodb-port 3902 --s3-port 3903 >/dev/null &
    system=$!
    trap 'kill $system 2>/dev/null || true; wait $system 2>/dev/null || true; rm -rf "$folder"' EXIT
    until curl -sf http://localhost:3900/health >/dev/null; do
        kill -0 $system 2>/dev/null || die "The system did not start."
        sleep 0.1
    done
}
