"""``connector-kit dev``: everything a connector needs, on one machine, while it is being written.

`processes` are what runs, `home` where its data is, `stage` all of it together. `looking` reads the
declaration in a process of its own, `session` is what happens until Ctrl-C, and `debugging` leads a
breakpoint to the terminal. `runs` is what other terminals do with it.
"""
