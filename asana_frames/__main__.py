"""``python -m asana_frames`` is ``asana-frames``."""

from asana_frames.cli import main

main()
