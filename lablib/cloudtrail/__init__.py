"""The journey of one event, pure: values in, values out, time passed in.

Read the files in this order: call, event, selectors, trail, logfile, delivery, history, service.
Nothing here imports moto, HTTP, files, the wall clock or Jupyter; what the path needs from the
account around it stands in `world.py` and is handed in.
"""
