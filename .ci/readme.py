"""Print the shell block of README.md that mentions a word first: CI runs what readers run."""

import re
import sys
from pathlib import Path

path, word = sys.argv[1:]
blocks = re.findall(r"```sh\n(.*?)```", Path(path).read_text(encoding="utf-8"), re.DOTALL)
print(next(block for block in blocks if word in block))
