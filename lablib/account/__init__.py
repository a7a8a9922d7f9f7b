"""The account: one process, one learner. The only folder that knows moto, HTTP and files.

Read in this order: server (the process), account (what is assembled), gateway (what happens to a
call, stage by stage), then what they use: clock, chance, journal, identity, world, control.
"""
