"""Morph-KGC on a folder, as its command does it, in an environment of its own: ``with_morph_kgc.py FOLDER PROCESSES``.

Prints ``[seconds, MiB]``: the time of mapping alone, and the memory of its largest process.
"""

import json
import os
import resource
import runpy
import sys
import time
from pathlib import Path

import morph_kgc  # type: ignore[import-not-found]  # noqa: F401 - so that its start is not counted

CONFIG = """[CONFIGURATION]
output_format=N-QUADS
output_file={folder}/morph.nq
logging_level=ERROR
number_of_processes={processes}
[source]
mappings={folder}/mapping.ttl
"""

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    os.chdir(folder)
    (folder / "morph.ini").write_text(CONFIG.format(folder=folder, processes=sys.argv[2]), encoding="utf-8")
    sys.argv = ["morph_kgc", str(folder / "morph.ini")]
    began = time.perf_counter()
    runpy.run_module("morph_kgc", run_name="__main__")
    seconds = time.perf_counter() - began
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    print(json.dumps([seconds, max(resource.getrusage(each).ru_maxrss for each in whose) // 1024]))
